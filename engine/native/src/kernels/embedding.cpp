#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "../simd/inline.h"
#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** Numbers of the table in a tile of its gradient, at most: they stay in the first-level cache while rows are added. */
constexpr int64_t kTileNumbers = 4096;

/** Rows of a tile, as a power of two. */
int shiftOfTile(int64_t width) {
  int shift = 0;
  while (width << (shift + 1) <= kTileNumbers) ++shift;
  return shift;
}

/** The row an id names, or -1 when it is none of [0, rows). */
int64_t rowOf(float id, int64_t rows) { return id >= 0 && id < static_cast<float>(rows) ? static_cast<int64_t>(id) : -1; }

/** So many rows are asked for before they are needed, and no more than this of each: they lie in no order. */
constexpr int64_t kAhead = 8, kMostFloatsAhead = 256;

void prefetchRow(const float* row, int64_t width) {
  constexpr int64_t line = 64 / static_cast<int64_t>(sizeof(float));
  for (int64_t at = 0; at < std::min(width, kMostFloatsAhead); at += line) LAMINA_PREFETCH(row + at);
}

/** Refuses vectors that are not one row of the table for each id. */
void checkVectors(const Checker& checker, const char* name, const Shape& vectors, const Shape& ids, const Shape& table) {
  checker.require(table.rank == 2 && table.dims[0] > 0 && table.dims[1] > 0, "a table [ids, features]", formatShape(table));
  checker.require(ids.rank >= 1 && ids.rank < kMaxRank && ids.dims[0] == -1, "ids [N, ...]", formatShape(ids));
  Shape wanted = ids;
  wanted.dims[wanted.rank++] = table.dims[1];
  checker.sameShape(name, vectors, wanted);
}

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  checkVectors(checker, "y", checker.output(0), checker.input(0), checker.input(1));
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& ids = arguments.inputs[0];
  const Tensor& table = arguments.inputs[1];
  float* const y = arguments.outputs[0].data;
  const int64_t width = table.features();
  forRows(context, ids.count, width, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t next = i + kAhead < end ? rowOf(ids.data[i + kAhead], table.dims[0]) : -1;
      if (next >= 0) prefetchRow(table.data + next * width, width);
      const int64_t row = rowOf(ids.data[i], table.dims[0]);
      float* const out = y + i * width;
      if (row < 0)
        std::fill(out, out + width, std::numeric_limits<float>::quiet_NaN());
      else
        std::memcpy(out, table.data + row * width, static_cast<size_t>(width) * sizeof(float));
    }
  });
}

int64_t tilesOf(int64_t rows, int64_t width) { return ((rows - 1) >> shiftOfTile(width)) + 1; }

void validateGradient(Checker& checker) {
  checker.arity(2, 1, 0);
  const Shape& table = checker.output(0);
  checkVectors(checker, "dy", checker.input(0), checker.input(1), table);
  const int64_t ids = checker.input(1).count(checker.capacity());
  const int64_t tiles = tilesOf(table.dims[0], table.dims[1]);
  checker.require(ids < std::numeric_limits<int32_t>::max() && tiles < std::numeric_limits<int32_t>::max(), "fewer than 2^31 ids and rows",
                  std::to_string(ids) + " ids, " + formatShape(table));
  checker.scratch(tiles + 1 + ids);
}

/**
 * Positions of ids by the tile of the table that they fall into, in their order: those of tile t are order[begins[t]] up to order[begins[t + 1]].
 * Ids outside the table are left out.
 */
void sortByTile(const Tensor& ids, int64_t rows, int shift, int64_t tiles, int32_t* begins, int32_t* order) {
  std::fill(begins, begins + tiles + 1, 0);
  for (int64_t i = 0; i < ids.count; ++i) {
    const int64_t row = rowOf(ids.data[i], rows);
    if (row >= 0) ++begins[row >> shift];
  }
  int32_t end = 0;
  for (int64_t tile = 0; tile <= tiles; ++tile) begins[tile] = end += begins[tile];
  // Backwards: every begin moves from the end of its stretch to its front.
  for (int64_t i = ids.count - 1; i >= 0; --i) {
    const int64_t row = rowOf(ids.data[i], rows);
    if (row >= 0) order[--begins[row >> shift]] = static_cast<int32_t>(i);
  }
}

/** Every row is summed by one thread in the order of the ids; several threads share the table out by tiles of neighbouring rows. */
void runGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[0].data;
  const Tensor& ids = arguments.inputs[1];
  const Tensor& table = arguments.outputs[0];
  const int64_t width = table.features(), rows = table.dims[0];
  const auto addVector = [&](int64_t i) {
    const int64_t row = rowOf(ids.data[i], rows);
    if (row < 0) return;
    float* const sum = table.data + row * width;
    const float* const vector = dy + i * width;
    vectorized(0, width, [=](int64_t c) LAMINA_BODY { sum[c] += vector[c]; });
  };
  if (context.threads <= 1 || table.count + ids.count * width < kParallelElements) {
    std::fill(table.data, table.data + table.count, 0.0f);
    for (int64_t i = 0; i < ids.count; ++i) addVector(i);
    return;
  }
  const int64_t tiles = tilesOf(rows, width);
  const int shift = shiftOfTile(width);
  auto* const begins = reinterpret_cast<int32_t*>(arguments.scratch);
  int32_t* const order = begins + tiles + 1;
  sortByTile(ids, rows, shift, tiles, begins, order);
  parallelFor(context, tiles, [&](int64_t tile, int) {
    std::fill(table.data + (tile << shift) * width, table.data + std::min(rows, (tile + 1) << shift) * width, 0.0f);
    for (int32_t at = begins[tile]; at < begins[tile + 1]; ++at) {
      if (at + kAhead < begins[tiles]) prefetchRow(dy + order[at + kAhead] * width, width);
      addVector(order[at]);
    }
  });
}

const Registration forward{{"embedding", validate, run}};
const Registration gradient{{"embedding_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
