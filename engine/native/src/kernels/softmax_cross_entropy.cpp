#include "softmax_loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  forLogits(context, arguments, [](const float* shifted, double total, const float* t, int64_t classes) {
    return sumOf(0, classes, [=](int64_t c) { return t[c] * (total - shifted[c]); });
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forLogitGradients(context, arguments, [](float g, const float* p, const float* t, float* dx, int64_t classes) {
    const auto weight = static_cast<float>(sumOf(0, classes, [=](int64_t c) { return static_cast<double>(t[c]); }));
    for (int64_t c = 0; c < classes; ++c) dx[c] = g * (p[c] * weight - t[c]);
  });
}

const Registration forward{{"softmax_cross_entropy", validateSoftmaxLoss<TargetKind::likePrediction>, run}};
const Registration gradient{{"softmax_cross_entropy_gradient", validateSoftmaxLossGradient<TargetKind::likePrediction>, runGradient}};

}  // namespace

}  // namespace lamina
