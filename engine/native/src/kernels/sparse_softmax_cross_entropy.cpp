#include "softmax_loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  forLogits(context, arguments, [](const float* shifted, double total, const float* t, int64_t classes) {
    const int64_t label = classOf(t[0], classes);
    return label < 0 ? static_cast<double>(NAN) : total - shifted[label];
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forLogitGradients(context, arguments, [](float g, const float* p, const float* t, float* dx, int64_t classes) {
    const int64_t label = classOf(t[0], classes);
    for (int64_t c = 0; c < classes; ++c) dx[c] = label < 0 ? 0.0f : g * (p[c] - (c == label ? 1.0f : 0.0f));
  });
}

const Registration forward{{"sparse_softmax_cross_entropy", validateSoftmaxLoss<TargetKind::classIndex>, run}};
const Registration gradient{{"sparse_softmax_cross_entropy_gradient", validateSoftmaxLossGradient<TargetKind::classIndex>, runGradient}};

}  // namespace

}  // namespace lamina
