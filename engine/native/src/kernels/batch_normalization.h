#pragma once

#include "dispatch.h"
#include "tiles.h"

namespace lamina {

/** Rows of a tile of per-channel sums: a function of the channels alone. */
inline int64_t channelTileRows(int64_t channels) { return std::max<int64_t>(16, kTileElements / channels); }
inline int64_t channelTiles(int64_t rows, int64_t channels) {
  const int64_t step = channelTileRows(channels);
  return (rows + step - 1) / step;
}

/** Scratch floats for `sums` series of per-channel float64 sums at full capacity. */
inline int64_t channelScratch(const Checker& checker, const Shape& x, int sums) {
  const int64_t channels = x.features();
  const int64_t rows = x.count(checker.capacity()) / channels;
  return 2 * sums * channels * channelTiles(rows, channels);
}

/**
 * Per-channel float64 sums over all rows: addRows(begin, end, partial) adds rows to `width` partial sums. Tiles run on any thread; their partial
 * sums are added in order into those of the first tile, which is returned.
 */
template <class AddRows>
inline double* sumTiles(const Context& context, int64_t rows, int64_t channels, int64_t width, float* scratch, const AddRows& addRows) {
  auto* const sums = reinterpret_cast<double*>(scratch);
  const int64_t step = channelTileRows(channels);
  const int64_t tiles = channelTiles(rows, channels);
  const auto body = [&](int64_t tile, int) {
    double* const partial = sums + tile * width;
    std::fill(partial, partial + width, 0.0);
    addRows(tile * step, std::min(rows, (tile + 1) * step), partial);
  };
  parallelFor(context, tiles, body);
  for (int64_t tile = 1; tile < tiles; ++tile)
    for (int64_t i = 0; i < width; ++i) sums[i] += sums[tile * width + i];
  return sums;
}

/** The same with body(row, partial), which adds one row. */
template <class AddRow>
inline double* sumRows(const Context& context, int64_t rows, int64_t channels, int64_t width, float* scratch, const AddRow& addRow) {
  return sumTiles(context, rows, channels, width, scratch, [&](int64_t begin, int64_t end, double* partial) {
    for (int64_t row = begin; row < end; ++row) addRow(row, partial);
  });
}

/** partial[c] += value(row, c) over rows [begin, end): eight rows in float32 as a fixed tree, their sums in float64. Call it from `dispatched`. */
template <class Value>
LAMINA_BODY inline void addByChannel(int64_t begin, int64_t end, int64_t channels, double* partial, const Value& value) {
  int64_t row = begin;
  for (; row + 8 <= end; row += 8) {
    LAMINA_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) {
      const float first = (value(row, c) + value(row + 1, c)) + (value(row + 2, c) + value(row + 3, c));
      const float second = (value(row + 4, c) + value(row + 5, c)) + (value(row + 6, c) + value(row + 7, c));
      partial[c] += first + second;
    }
  }
  for (; row < end; ++row) {
    LAMINA_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) partial[c] += value(row, c);
  }
}

/** Calls body(begin, end) over all rows in blocks that stay in the second-level cache. */
template <class Body> inline void forRowBlocks(const Context& context, int64_t rows, int64_t channels, const Body& body) {
  const int64_t step = std::max<int64_t>(1, kTileElements / channels);
  forRows(context, rows, channels, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += step) body(row, std::min(end, row + step));
  });
}

/** The channels of x [rows, C]. */
inline int64_t checkChannels(const Checker& checker, const Shape& x) {
  checker.require(x.rank >= 2 && x.features() > 0, "x [rows, channels]", formatShape(x));
  return x.features();
}

inline void checkOptionalVector(const Checker& checker, const char* name, int input, int64_t channels) {
  if (checker.hasInput(input)) checker.vectorOf(name, checker.input(input), channels);
}

}  // namespace lamina
