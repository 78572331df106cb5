#include "loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t count) {
    const double sum = sumOf(0, count, [=](int64_t i) {
      const double difference = static_cast<double>(p[i]) - t[i];
      return difference * difference;
    });
    return sum / static_cast<double>(count);
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t count) {
    const auto factor = static_cast<float>(2.0 * g / static_cast<double>(count));
    vectorized(0, count, [=](int64_t i) LAMINA_BODY { dp[i] = factor * (p[i] - t[i]); });
  });
}

const Registration forward{{"mean_squared_error", validateLoss<TargetKind::likePrediction>, run}};
const Registration gradient{{"mean_squared_error_gradient", validateLossGradient<TargetKind::likePrediction>, runGradient}};

}  // namespace

}  // namespace lamina
