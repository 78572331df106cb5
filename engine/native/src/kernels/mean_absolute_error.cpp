#include "loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t count) {
    return sumOf(0, count, [=](int64_t i) { return std::abs(static_cast<double>(p[i]) - t[i]); }) / static_cast<double>(count);
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t count) {
    const auto factor = static_cast<float>(g / static_cast<double>(count));
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      const float difference = p[i] - t[i];
      // A difference that is not a number stays one.
      dp[i] = difference > 0 ? factor : difference < 0 ? -factor : difference * factor;
    });
  });
}

const Registration forward{{"mean_absolute_error", validateLoss<TargetKind::likePrediction>, run}};
const Registration gradient{{"mean_absolute_error_gradient", validateLossGradient<TargetKind::likePrediction>, runGradient}};

}  // namespace

}  // namespace lamina
