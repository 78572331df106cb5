#pragma once

#include <cstdint>

namespace lamina {

/** Rows that a feed gathers from: float32, or bytes read as byte * scale + shift. */
struct DataView {
  const float* floats = nullptr;
  const uint8_t* bytes = nullptr;
  int64_t rows = 0;
  int64_t rowSize = 0;
  float scale = 1;
  float shift = 0;
};

/**
 * Copies the rows that `rows[begin]` to `rows[end - 1]` name to target, one after the other. Rows ahead, up to `rows[known - 1]`, are asked for meanwhile:
 * they lie in no order, so the processor does not foresee them.
 */
void gatherRows(const DataView& view, const int32_t* rows, int64_t begin, int64_t end, int64_t known, float* target);

}  // namespace lamina
