#pragma once

#include <cmath>

#include "../simd/inline.h"
#include "../simd/math.h"
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

/** Floats ahead of which memory is asked for that left the caches since it was written: about what arrives in the time that it takes to come. */
constexpr int64_t kAhead = 2048;

/** Asks for what lies kAhead behind `count` floats. Beyond the end of an array nothing happens. */
LAMINA_BODY inline void fetchAhead(const float* from, int64_t count) {
  for (int64_t i = 0; i < count; i += 16) LAMINA_PREFETCH(from + kAhead + i);
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

/** Operands of `batch_normalization`; those of `batch_normalization_max_pool` are the same. */
struct BatchNormalization {
  enum Input { kX, kGamma, kBeta, kMovingMean, kMovingVariance };
  enum Output { kY, kMean, kInverseDeviation, kNewMovingMean, kNewMovingVariance };
  enum Attribute { kMomentum, kEpsilon, kActivation };
};

/** Checks all but the output y and the activation; asks for the scratch of `takeStatistics`. */
inline void checkBatchNormalization(Checker& checker) {
  using B = BatchNormalization;
  checker.arity(5, 5, 3);
  checker.number(B::kMomentum, "momentum", 0, 1);
  checker.number(B::kEpsilon, "epsilon", 0, 1e6);
  const Shape& x = checker.input(B::kX);
  const int64_t channels = checkChannels(checker, x);
  checkOptionalVector(checker, "gamma", B::kGamma, channels);
  checkOptionalVector(checker, "beta", B::kBeta, channels);
  checker.vectorOf("moving_mean", checker.input(B::kMovingMean), channels);
  checker.vectorOf("moving_variance", checker.input(B::kMovingVariance), channels);
  for (const int i : {B::kMean, B::kInverseDeviation, B::kNewMovingMean, B::kNewMovingVariance})
    checker.vectorOf("statistics", checker.output(i), channels);
  checker.inPlace(B::kNewMovingMean, B::kMovingMean);
  checker.inPlace(B::kNewMovingVariance, B::kMovingVariance);
  checker.scratch(channelScratch(checker, x, 2) + channels);
}

/**
 * Mean and sum of squared deviations of each channel of rows [begin, end), which are read twice while they are in the cache: the squares are
 * those of differences to the tile's own mean.
 */
inline void momentsOfTile(const float* x, int64_t begin, int64_t end, int64_t channels, double* mean, double* squares) {
  std::fill(mean, mean + channels, 0.0);
  std::fill(squares, squares + channels, 0.0);
  const auto count = static_cast<double>(end - begin);
  dispatched([=]() LAMINA_BODY {
    addByChannel(begin, end, channels, mean, [=](int64_t row, int64_t c) LAMINA_BODY { return x[row * channels + c]; });
    LAMINA_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) mean[c] /= count;
    addByChannel(begin, end, channels, squares, [=](int64_t row, int64_t c) LAMINA_BODY {
      const float centred = x[row * channels + c] - static_cast<float>(mean[c]);
      return centred * centred;
    });
    LAMINA_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) {
      const double rounding = mean[c] - static_cast<double>(static_cast<float>(mean[c]));
      squares[c] -= count * rounding * rounding;
    }
  });
}

/** Mean and biased variance of each channel, in the first places of `moments`: those of the tiles, joined in order (Chan et al. 1979). */
inline void joinMoments(int64_t rows, int64_t channels, double* moments) {
  const int64_t step = channelTileRows(channels), tiles = channelTiles(rows, channels);
  dispatched([=]() LAMINA_BODY {
    double* const mean = moments;
    double* const squares = moments + channels;
    for (int64_t tile = 1; tile < tiles; ++tile) {
      const double* const own = moments + tile * 2 * channels;
      const auto before = static_cast<double>(tile * step), count = static_cast<double>(std::min(rows, (tile + 1) * step) - tile * step);
      const double share = count / (before + count), weight = before * share;
      LAMINA_INDEPENDENT
      for (int64_t c = 0; c < channels; ++c) {
        const double apart = own[c] - mean[c];
        mean[c] += apart * share;
        squares[c] += own[channels + c] + apart * apart * weight;
      }
    }
    LAMINA_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) squares[c] /= static_cast<double>(rows);
  });
}

/** Writes the statistics of the batch and moves the moving ones; returns what each channel's differences to the mean are multiplied by, in scratch. */
inline float* takeStatistics(const Context& context, const Arguments& arguments) {
  using B = BatchNormalization;
  const double momentum = arguments.attributes[B::kMomentum];
  const double epsilon = arguments.attributes[B::kEpsilon];
  const Tensor& x = arguments.inputs[B::kX];
  const int64_t channels = x.features(), rows = x.rows();
  auto* const moments = reinterpret_cast<double*>(arguments.scratch);
  const int64_t step = channelTileRows(channels), tiles = channelTiles(rows, channels);
  parallelFor(context, tiles, [&](int64_t tile, int) {
    double* const own = moments + tile * 2 * channels;
    momentsOfTile(x.data, tile * step, std::min(rows, (tile + 1) * step), channels, own, own + channels);
  });
  joinMoments(rows, channels, moments);

  const float* const gamma = arguments.inputs[B::kGamma].data;
  float* const mean = arguments.outputs[B::kMean].data;
  float* const inverse = arguments.outputs[B::kInverseDeviation].data;
  float* const scale = arguments.scratch + 4 * tiles * channels;
  const auto moved = [=](float moving, double batch) { return static_cast<float>(momentum * moving + (1 - momentum) * batch); };
  for (int64_t c = 0; c < channels; ++c) {
    const double variance = moments[channels + c];
    mean[c] = static_cast<float>(moments[c]);
    inverse[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
    scale[c] = gamma != nullptr ? gamma[c] * inverse[c] : inverse[c];
    arguments.outputs[B::kNewMovingMean].data[c] = moved(arguments.inputs[B::kMovingMean].data[c], moments[c]);
    arguments.outputs[B::kNewMovingVariance].data[c] = moved(arguments.inputs[B::kMovingVariance].data[c], variance);
  }
  return scale;
}

/** What the gradient of a batch normalisation is made from, channel by channel: dx = scale * (dy - centre - (x - mean) * slope). */
struct Coefficients {
  float *scale, *centre, *slope;
};

/**
 * From the sums of dy (the first `channels` of `sums`) and of dy * (x - mean) over `rows` rows (the others): Ioffe and Szegedy 2015, section 3, with the sums that
 * cancel left out. `place` holds 3 * channels floats; dgamma and dbeta may be null.
 */
inline Coefficients coefficientsOf(const double* sums, int64_t rows, int64_t channels, const float* gamma, const float* inverse, float* dgamma,
                                   float* dbeta, float* place) {
  const auto count = static_cast<double>(rows);
  const double* const byDeviation = sums + channels;
  const Coefficients result{place, place + channels, place + 2 * channels};
  for (int64_t c = 0; c < channels; ++c) {
    if (dbeta != nullptr) dbeta[c] = static_cast<float>(sums[c]);
    if (dgamma != nullptr) dgamma[c] = static_cast<float>(byDeviation[c] * inverse[c]);
    result.scale[c] = gamma != nullptr ? gamma[c] * inverse[c] : inverse[c];
    result.centre[c] = static_cast<float>(sums[c] / count);
    result.slope[c] = static_cast<float>(byDeviation[c] * inverse[c] * inverse[c] / count);
  }
  return result;
}

}  // namespace lamina
