#include "softmax_loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  float* const scratch = arguments.scratch;
  const float* const first = arguments.inputs[0].data;
  const int64_t all = arguments.inputs[0].count;
  forSamples(context, arguments, [=](const float* x, const float* t, int64_t classes) {
    float* const shifted = scratch + (x - first);
    const double total = logSumExp(x, shifted, shifted + all, classes);
    return sumOf(0, classes, [=](int64_t c) { return t[c] * (total - shifted[c]); });
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  float* const scratch = arguments.scratch;
  const float* const first = arguments.inputs[1].data;
  forSampleGradients(context, arguments, [=](float g, const float* x, const float* t, float* dx, int64_t classes) {
    float* const probability = scratch + (x - first);
    simd::softmaxRows(x, probability, 1, static_cast<size_t>(classes));
    const auto weight = static_cast<float>(sumOf(0, classes, [=](int64_t c) { return static_cast<double>(t[c]); }));
    for (int64_t c = 0; c < classes; ++c) dx[c] = g * (probability[c] * weight - t[c]);
  });
}

const Registration forward{{"softmax_cross_entropy", validateSoftmaxLoss<TargetKind::likePrediction>, run}};
const Registration gradient{{"softmax_cross_entropy_gradient", validateSoftmaxLossGradient<TargetKind::likePrediction>, runGradient}};

}  // namespace

}  // namespace lamina
