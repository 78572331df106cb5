#include "loss.h"

namespace lamina {

namespace {

double total(const float* p, int64_t classes) {
  return sumOf(0, classes, [=](int64_t c) { return static_cast<double>(p[c]); });
}

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t classes) {
    const int64_t label = classOf(t[0], classes);
    return label < 0 ? static_cast<double>(NAN) : -std::log(clipped(p[label] / total(p, classes)));
  });
}

/** The gradient of -log(p[label] / sum(p)): 1 / sum(p), less 1 / p[label] at the label. */
void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t classes) {
    const int64_t label = classOf(t[0], classes);
    const double sum = total(p, classes);
    const double chosen = label < 0 ? 0.0 : p[label];
    const bool flat = label < 0 || !insideClip(chosen / sum);
    const double common = flat ? 0.0 : g / sum;
    for (int64_t c = 0; c < classes; ++c) dp[c] = static_cast<float>(c == label && !flat ? common - g / chosen : common);
  });
}

const Registration forward{{"sparse_categorical_cross_entropy", validateLoss<TargetKind::classIndex>, run}};
const Registration gradient{{"sparse_categorical_cross_entropy_gradient", validateLossGradient<TargetKind::classIndex>, runGradient}};

}  // namespace

}  // namespace lamina
