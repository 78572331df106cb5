#include <cmath>

#include "../simd/math.h"
#include "batch_normalization.h"

namespace lamina {

namespace {

enum Input { kX, kGamma, kBeta, kMovingMean, kMovingVariance };
enum Output { kY, kMean, kInverseDeviation, kNewMovingMean, kNewMovingVariance };

void validate(Checker& checker) {
  checker.arity(5, 5, 3);
  checker.number(0, "momentum", 0, 1);
  checker.number(1, "epsilon", 0, 1e6);
  checker.integer(2, "activation", 0, static_cast<int>(simd::Activation::tanh));
  const Shape& x = checker.input(kX);
  const int64_t channels = checkChannels(checker, x);
  checkOptionalVector(checker, "gamma", kGamma, channels);
  checkOptionalVector(checker, "beta", kBeta, channels);
  checker.vectorOf("moving_mean", checker.input(kMovingMean), channels);
  checker.vectorOf("moving_variance", checker.input(kMovingVariance), channels);
  checker.sameShape("y", checker.output(kY), x);
  for (const int i : {kMean, kInverseDeviation, kNewMovingMean, kNewMovingVariance})
    checker.vectorOf("statistics", checker.output(i), channels);
  checker.inPlace(kY, kX);
  checker.inPlace(kNewMovingMean, kMovingMean);
  checker.inPlace(kNewMovingVariance, kMovingVariance);
  checker.scratch(channelScratch(checker, x, 2) + channels);
}

/**
 * Mean and sum of squared deviations of each channel of rows [begin, end), which are read twice while they are in the cache: the squares are
 * those of differences to the tile's own mean.
 */
void momentsOfTile(const float* x, int64_t begin, int64_t end, int64_t channels, double* mean, double* squares) {
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
void joinMoments(int64_t rows, int64_t channels, double* moments) {
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

void run(const Context& context, const Arguments& arguments) {
  const double momentum = arguments.attributes[0];
  const double epsilon = arguments.attributes[1];
  const Tensor& x = arguments.inputs[kX];
  const int64_t channels = x.features();
  const int64_t rows = x.rows();
  float* const mean = arguments.outputs[kMean].data;
  float* const inverse = arguments.outputs[kInverseDeviation].data;

  auto* const moments = reinterpret_cast<double*>(arguments.scratch);
  const int64_t step = channelTileRows(channels), tiles = channelTiles(rows, channels);
  parallelFor(context, tiles, [&](int64_t tile, int) {
    double* const own = moments + tile * 2 * channels;
    momentsOfTile(x.data, tile * step, std::min(rows, (tile + 1) * step), channels, own, own + channels);
  });
  joinMoments(rows, channels, moments);

  const float* const gamma = arguments.inputs[kGamma].data;
  float* const scale = arguments.scratch + 4 * tiles * channels;
  const auto moved = [=](float moving, double batch) { return static_cast<float>(momentum * moving + (1 - momentum) * batch); };
  for (int64_t c = 0; c < channels; ++c) {
    const double variance = moments[channels + c];
    mean[c] = static_cast<float>(moments[c]);
    inverse[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
    scale[c] = gamma != nullptr ? gamma[c] * inverse[c] : inverse[c];
    arguments.outputs[kNewMovingMean].data[c] = moved(arguments.inputs[kMovingMean].data[c], moments[c]);
    arguments.outputs[kNewMovingVariance].data[c] = moved(arguments.inputs[kMovingVariance].data[c], variance);
  }

  const float* const beta = arguments.inputs[kBeta].data;
  float* const y = arguments.outputs[kY].data;
  const auto activation = static_cast<simd::Activation>(static_cast<int>(arguments.attributes[2]));
  const bool relu = activation == simd::Activation::relu;
  forRowBlocks(context, rows, channels, [&](int64_t begin, int64_t end) {
    const float* const data = x.data;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; ++row) {
        const float* const in = data + row * channels;
        float* const out = y + row * channels;
        LAMINA_INDEPENDENT
        for (int64_t c = 0; c < channels; ++c) {
          const float value = (in[c] - mean[c]) * scale[c] + (beta != nullptr ? beta[c] : 0.0f);
          out[c] = relu && value <= 0.0f ? 0.0f : value;
        }
      }
    });
    float* const block = y + begin * channels;
    if (activation != simd::Activation::linear && !relu)
      simd::activationForward(activation, 0, block, block, static_cast<size_t>((end - begin) * channels));
  });
}

const Registration forward{{"batch_normalization", validate, run}};

}  // namespace

}  // namespace lamina
