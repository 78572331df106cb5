#include "softmax_loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  float* const scratch = arguments.scratch;
  const float* const first = arguments.inputs[0].data;
  const int64_t all = arguments.inputs[0].count;
  forSamples(context, arguments, [=](const float* x, const float* t, int64_t classes) {
    const int64_t label = classOf(t[0], classes);
    if (label < 0) return static_cast<double>(NAN);
    float* const shifted = scratch + (x - first);
    return logSumExp(x, shifted, shifted + all, classes) - shifted[label];
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  float* const scratch = arguments.scratch;
  const float* const first = arguments.inputs[1].data;
  forSampleGradients(context, arguments, [=](float g, const float* x, const float* t, float* dx, int64_t classes) {
    const int64_t label = classOf(t[0], classes);
    float* const probability = scratch + (x - first);
    simd::softmaxRows(x, probability, 1, static_cast<size_t>(classes));
    for (int64_t c = 0; c < classes; ++c) dx[c] = label < 0 ? 0.0f : g * (probability[c] - (c == label ? 1.0f : 0.0f));
  });
}

const Registration forward{{"sparse_softmax_cross_entropy", validateSoftmaxLoss<TargetKind::classIndex>, run}};
const Registration gradient{{"sparse_softmax_cross_entropy_gradient", validateSoftmaxLossGradient<TargetKind::classIndex>, runGradient}};

}  // namespace

}  // namespace lamina
