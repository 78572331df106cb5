#include "loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t classes) {
    const double total = sumOf(0, classes, [=](int64_t c) { return static_cast<double>(p[c]); });
    return -sumOf(0, classes, [=](int64_t c) { return t[c] * std::log(clipped(p[c] / total)); });
  });
}

/** With q = p / sum(p) and h = -t / q where q is not clipped, else 0: dp = g (h - sum(h q)) / sum(p). */
void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t classes) {
    const double total = sumOf(0, classes, [=](int64_t c) { return static_cast<double>(p[c]); });
    const auto slope = [=](int64_t c) {
      const double q = p[c] / total;
      return insideClip(q) ? -t[c] / q : 0.0;
    };
    const double mean = sumOf(0, classes, [=](int64_t c) { return slope(c) * (p[c] / total); });
    for (int64_t c = 0; c < classes; ++c) dp[c] = static_cast<float>(g * (slope(c) - mean) / total);
  });
}

void validate(Checker& checker) {
  validateLoss<TargetKind::likePrediction>(checker);
  checker.require(checker.input(0).rank == 2, "a prediction [N, classes]", formatShape(checker.input(0)));
}

void validateGradient(Checker& checker) {
  validateLossGradient<TargetKind::likePrediction>(checker);
  checker.require(checker.input(1).rank == 2, "a prediction [N, classes]", formatShape(checker.input(1)));
}

const Registration forward{{"categorical_cross_entropy", validate, run}};
const Registration gradient{{"categorical_cross_entropy_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
