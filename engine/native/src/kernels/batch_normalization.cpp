#include "batch_normalization.h"

namespace lamina {

namespace {

using B = BatchNormalization;

void validate(Checker& checker) {
  checkBatchNormalization(checker);
  checker.integer(B::kActivation, "activation", 0, static_cast<int>(simd::Activation::tanh));
  checker.sameShape("y", checker.output(B::kY), checker.input(B::kX));
  checker.inPlace(B::kY, B::kX);
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[B::kX];
  const int64_t channels = x.features();
  const int64_t rows = x.rows();
  const float* const scale = takeStatistics(context, arguments);
  const float* const mean = arguments.outputs[B::kMean].data;
  const float* const beta = arguments.inputs[B::kBeta].data;
  float* const y = arguments.outputs[B::kY].data;
  const auto activation = static_cast<simd::Activation>(static_cast<int>(arguments.attributes[B::kActivation]));
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
