#pragma once

#include <cstdint>

#include "../simd/level.h"

namespace lamina {

/** Keys that are in a packed block at once. */
constexpr int64_t kKeyRows = 256;
/** What is packed begins at multiples of so many floats. */
constexpr int64_t kAligned = 16;

/** Sizes and settings of scaled dot-product attention; tensors are [N, steps, heads * depth]. */
struct AttentionShape {
  int64_t heads, queries, keys;
  /** Numbers of a head: of queries and keys, and of values. */
  int64_t depth, valueDepth;
  float scale;
  bool causal;
  /** Dropout of the weights: element ((n heads + h) queries + t) pitch + j, pitch being `keys` rounded up to a multiple of 4. */
  double rate;
  uint32_t stream, step;
  uint64_t seed;

  int64_t pitch() const { return (keys + 3) / 4 * 4; }
};

struct AttentionForward {
  AttentionShape shape;
  const float *q, *k, *v;
  /** [N, keys] or null. */
  const float* mask;
  float* y;
  /** [N, heads, queries]: logarithms of the sums of exponentials; may be null. */
  float* lse;
};

struct AttentionBackward {
  AttentionShape shape;
  const float *q, *k, *v, *mask, *y, *lse, *dy;
  float *dq, *dk, *dv;
};

/** The code of one instruction set: one head of one sample, from the first key to the last, by one thread. */
struct AttentionCode {
  /** Scratch floats of a task. */
  int64_t (*scratch)(const AttentionShape& shape);
  void (*forward)(const AttentionForward& pass, int64_t sample, int64_t head, float* scratch);
  void (*backward)(const AttentionBackward& pass, int64_t sample, int64_t head, float* scratch);
};

extern const AttentionCode attentionPlain;
#if defined(LAMINA_X86)
extern const AttentionCode attentionAvx2;
extern const AttentionCode attentionAvx512;
#elif defined(LAMINA_NEON)
extern const AttentionCode attentionNeon;
#endif

}  // namespace lamina
