#include <cmath>

#include "batch_normalization.h"
#include "vectorize.h"

namespace lamina {

namespace {

enum Input { kX, kGamma, kBeta, kMovingMean, kMovingVariance };

void validate(Checker& checker) {
  checker.arity(5, 1, 1);
  checker.number(0, "epsilon", 0, 1e6);
  const Shape& x = checker.input(kX);
  const int64_t channels = checkChannels(checker, x);
  checkOptionalVector(checker, "gamma", kGamma, channels);
  checkOptionalVector(checker, "beta", kBeta, channels);
  checker.vectorOf("moving_mean", checker.input(kMovingMean), channels);
  checker.vectorOf("moving_variance", checker.input(kMovingVariance), channels);
  checker.sameShape("y", checker.output(0), x);
  checker.inPlace(0, kX);
  checker.scratch(channels);
}

void run(const Context& context, const Arguments& arguments) {
  const double epsilon = arguments.attributes[0];
  const Tensor& x = arguments.inputs[kX];
  const float* gamma = arguments.inputs[kGamma].data;
  const float* beta = arguments.inputs[kBeta].data;
  const float* mean = arguments.inputs[kMovingMean].data;
  const float* variance = arguments.inputs[kMovingVariance].data;
  const int64_t channels = x.features();
  float* const scale = arguments.scratch;
  for (int64_t c = 0; c < channels; ++c)
    scale[c] = static_cast<float>((gamma != nullptr ? gamma[c] : 1.0) / std::sqrt(static_cast<double>(variance[c]) + epsilon));
  float* const y = arguments.outputs[0].data;
  forRows(context, x.rows(), channels, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * channels;
      float* out = y + row * channels;
      vectorized(0, channels, [=](int64_t c) LAMINA_BODY {
        out[c] = (in[c] - mean[c]) * scale[c] + (beta != nullptr ? beta[c] : 0.0f);
      });
    }
  });
}

const Registration forward{{"batch_normalization_inference", validate, run}};

}  // namespace

}  // namespace lamina
