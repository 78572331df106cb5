#include "elementwise_loss.h"

namespace lamina {

namespace {

inline double normOf(const float* x, int64_t count) {
  return std::sqrt(sumOf(0, count, [=](int64_t i) { return static_cast<double>(x[i]) * x[i]; }));
}

/** -sum(t p) / (|t| |p|), the norms at least epsilon. */
void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t count) {
    const double dot = sumOf(0, count, [=](int64_t i) { return static_cast<double>(t[i]) * p[i]; });
    return -dot / (std::max(normOf(t, count), kEpsilon) * std::max(normOf(p, count), kEpsilon));
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t count) {
    const double dot = sumOf(0, count, [=](int64_t i) { return static_cast<double>(t[i]) * p[i]; });
    const double norm = normOf(p, count);
    const double scale = -g / (std::max(normOf(t, count), kEpsilon) * std::max(norm, kEpsilon));
    const double along = norm > kEpsilon ? dot / (norm * norm) : 0;
    for (int64_t i = 0; i < count; ++i) dp[i] = static_cast<float>(scale * (t[i] - along * p[i]));
  });
}

const Registration forward{{"cosine_similarity", validateRowLoss, run}};
const Registration gradient{{"cosine_similarity_gradient", validateRowLossGradient, runGradient}};

}  // namespace

}  // namespace lamina
