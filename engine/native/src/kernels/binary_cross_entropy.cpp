#include "loss.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t count) {
    const double sum = sumOf(0, count, [=](int64_t i) {
      const double q = clipped(p[i]);
      return -(t[i] * std::log(q) + (1.0 - t[i]) * std::log1p(-q));
    });
    return sum / static_cast<double>(count);
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t count) {
    const double factor = g / static_cast<double>(count);
    for (int64_t i = 0; i < count; ++i) {
      const double q = p[i];
      dp[i] = insideClip(q) ? static_cast<float>(factor * (q - t[i]) / (q * (1 - q))) : 0.0f;
    }
  });
}

const Registration forward{{"binary_cross_entropy", validateLoss<TargetKind::likePrediction>, run}};
const Registration gradient{{"binary_cross_entropy_gradient", validateLossGradient<TargetKind::likePrediction>, runGradient}};

}  // namespace

}  // namespace lamina
