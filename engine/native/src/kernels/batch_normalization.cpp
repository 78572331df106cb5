#include <cmath>

#include "batch_normalization.h"
#include "dispatch.h"

namespace lamina {

namespace {

enum Input { kX, kGamma, kBeta, kMovingMean, kMovingVariance };
enum Output { kY, kMean, kInverseDeviation, kNewMovingMean, kNewMovingVariance };

void validate(Checker& checker) {
  checker.arity(5, 5, 2);
  checker.number(0, "momentum", 0, 1);
  checker.number(1, "epsilon", 0, 1e6);
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
  checker.scratch(channelScratch(checker, x, 1));
}

void run(const Context& context, const Arguments& arguments) {
  const double momentum = arguments.attributes[0];
  const double epsilon = arguments.attributes[1];
  const Tensor& x = arguments.inputs[kX];
  const int64_t channels = x.features();
  const int64_t rows = x.rows();
  float* const mean = arguments.outputs[kMean].data;
  float* const inverse = arguments.outputs[kInverseDeviation].data;

  const double* sums = sumTiles(context, rows, channels, channels, arguments.scratch, [&](int64_t begin, int64_t end, double* partial) {
    const float* data = x.data;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; ++row) {
        const float* in = data + row * channels;
        LAMINA_INDEPENDENT
        for (int64_t c = 0; c < channels; ++c) partial[c] += in[c];
      }
    });
  });
  const auto count = static_cast<double>(rows);
  for (int64_t c = 0; c < channels; ++c) {
    const double batch = sums[c] / count;
    mean[c] = static_cast<float>(batch);
    arguments.outputs[kNewMovingMean].data[c] =
        static_cast<float>(momentum * arguments.inputs[kMovingMean].data[c] + (1 - momentum) * batch);
  }
  sums = sumTiles(context, rows, channels, channels, arguments.scratch, [&](int64_t begin, int64_t end, double* partial) {
    const float* data = x.data;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; ++row) {
        const float* in = data + row * channels;
        LAMINA_INDEPENDENT
        for (int64_t c = 0; c < channels; ++c) {
          const double centred = static_cast<double>(in[c]) - mean[c];
          partial[c] += centred * centred;
        }
      }
    });
  });
  for (int64_t c = 0; c < channels; ++c) {
    const double variance = sums[c] / count;
    inverse[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
    arguments.outputs[kNewMovingVariance].data[c] =
        static_cast<float>(momentum * arguments.inputs[kMovingVariance].data[c] + (1 - momentum) * variance);
  }

  const float* gamma = arguments.inputs[kGamma].data;
  const float* beta = arguments.inputs[kBeta].data;
  float* const y = arguments.outputs[kY].data;
  forRows(context, rows, channels, [&](int64_t begin, int64_t end) {
    const float* data = x.data;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; ++row) {
        const float* in = data + row * channels;
        float* out = y + row * channels;
        LAMINA_INDEPENDENT
        for (int64_t c = 0; c < channels; ++c) {
          const float scale = gamma != nullptr ? gamma[c] * inverse[c] : inverse[c];
          out[c] = (in[c] - mean[c]) * scale + (beta != nullptr ? beta[c] : 0.0f);
        }
      }
    });
  });
}

const Registration forward{{"batch_normalization", validate, run}};

}  // namespace

}  // namespace lamina
