#pragma once

#include <algorithm>
#include <cstdint>

#include "../kernel.h"
#include "dispatch.h"

namespace lamina {

/** Elements of one tile of elementwise work: three arrays of it stay in a second-level cache. A multiple of 64. */
constexpr int64_t kTileElements = 16384;
/** Below this many elements waking another thread costs more than it saves. */
constexpr int64_t kParallelElements = 32768;

/** So many tiles of at most `most` units that two or four threads get as many each. */
inline int64_t evenTiles(int64_t count, int64_t most) { return ((count + most - 1) / most + 3) / 4 * 4; }

/** Calls body(begin, end) over [0, count): one call for small arrays, tiles for all threads else. For work whose elements are independent. */
template <class Body>
inline void forElements(const Context& context, int64_t count, const Body& body) {
  if (count < kParallelElements || context.threads <= 1) {
    body(int64_t{0}, count);
    return;
  }
  const int64_t tiles = evenTiles(count, kTileElements), step = ((count + tiles - 1) / tiles + 63) / 64 * 64;
  parallelFor(context, (count + step - 1) / step, [&](int64_t tile, int) { body(tile * step, std::min(count, (tile + 1) * step)); });
}

/** The same over rows of so many elements; whole rows to a tile. */
template <class Body>
inline void forRows(const Context& context, int64_t rows, int64_t elements, const Body& body) {
  if (rows * elements < kParallelElements || context.threads <= 1) {
    body(int64_t{0}, rows);
    return;
  }
  const int64_t tiles = evenTiles(rows * elements, kTileElements), step = (rows + tiles - 1) / tiles;
  parallelFor(context, (rows + step - 1) / step,
              [&](int64_t tile, int) { body(tile * step, std::min(rows, (tile + 1) * step)); });
}

/** Eight interleaved sums in float64, added as a fixed tree. */
struct PartialSums {
  double partial[8] = {};

  /** Adds term(i) for i in [begin, end), the first to the first sum. */
  template <class Term>
  LAMINA_BODY inline void add(int64_t begin, int64_t end, const Term& term) {
    int64_t i = begin;
    for (; i + 8 <= end; i += 8)
      for (int lane = 0; lane < 8; ++lane) partial[lane] += term(i + lane);
    for (int lane = 0; i < end; ++i, ++lane) partial[lane] += term(i);
  }
  LAMINA_BODY inline double total() const {
    return ((partial[0] + partial[1]) + (partial[2] + partial[3])) + ((partial[4] + partial[5]) + (partial[6] + partial[7]));
  }
};

/** Sum of term(i) for i in [begin, end) in float64, by `PartialSums`. */
template <class Term>
LAMINA_BODY inline double sumOf(int64_t begin, int64_t end, const Term& term) {
  PartialSums sums;
  sums.add(begin, end, term);
  return sums.total();
}

/** The same, compiled for the widest vectors of this machine. Mark the term LAMINA_BODY. */
template <class Term>
inline double wideSumOf(int64_t begin, int64_t end, const Term& term) {
  double sum = 0;
  dispatched([&]() LAMINA_BODY { sum = sumOf(begin, end, term); });
  return sum;
}

/** Tiles of a reduction over `count` elements; what `reduceSum` needs as scratch is two floats each. */
inline int64_t reductionTiles(int64_t count) { return (count + kTileElements - 1) / kTileElements; }

/** Float64 sum of term(i) over all elements: tiles by any thread, their sums added in order. `scratch` holds 2 * reductionTiles floats. */
template <class Term>
inline double reduceSum(const Context& context, int64_t count, float* scratch, const Term& term) {
  auto* const sums = reinterpret_cast<double*>(scratch);
  const int64_t tiles = reductionTiles(count);
  parallelFor(context, tiles, [&](int64_t tile, int) {
    sums[tile] = sumOf(tile * kTileElements, std::min(count, (tile + 1) * kTileElements), term);
  });
  double total = 0;
  for (int64_t tile = 0; tile < tiles; ++tile) total += sums[tile];
  return total;
}

/** Refuses anything but a scalar. */
inline void requireScalar(const Checker& checker, const char* name, const Shape& shape) {
  checker.require(shape.rank == 0, std::string(name) + " []", formatShape(shape));
}

/** Refuses a tensor whose last axis is the batch: the ops over features need one. */
inline void requireFeatures(const Checker& checker, const char* name, const Shape& shape) {
  checker.require(shape.rank >= 1 && shape.features() > 0, std::string(name) + " [rows, features]", formatShape(shape));
}

}  // namespace lamina
