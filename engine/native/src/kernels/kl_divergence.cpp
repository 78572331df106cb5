#include "elementwise_loss.h"

namespace lamina {

namespace {

/** sum t log(t / p), both clipped to [epsilon, 1]. */
void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t count) {
    return sumOf(0, count, [=](int64_t c) {
      const double q = std::min(std::max<double>(t[c], kEpsilon), 1.0);
      return q * std::log(q / std::min(std::max<double>(p[c], kEpsilon), 1.0));
    });
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t count) {
    for (int64_t c = 0; c < count; ++c) {
      const double q = std::min(std::max<double>(t[c], kEpsilon), 1.0);
      dp[c] = p[c] >= kEpsilon && p[c] <= 1 ? static_cast<float>(-g * q / p[c]) : 0.0f;
    }
  });
}

const Registration forward{{"kl_divergence", validateRowLoss, run}};
const Registration gradient{{"kl_divergence_gradient", validateRowLossGradient, runGradient}};

}  // namespace

}  // namespace lamina
