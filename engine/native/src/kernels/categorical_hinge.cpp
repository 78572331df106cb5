#include "elementwise_loss.h"

namespace lamina {

namespace {

/** max((1 - t) p) - sum(t p) + 1, and where that maximum is first reached. */
struct Margin {
  double value;
  int64_t at;
};

inline Margin marginOf(const float* p, const float* t, int64_t count) {
  const auto wrong = [=](int64_t c) { return (1.0 - t[c]) * p[c]; };
  int64_t at = 0;
  for (int64_t c = 1; c < count; ++c)
    if (wrong(c) > wrong(at)) at = c;
  return {wrong(at) - sumOf(0, count, [=](int64_t c) { return static_cast<double>(t[c]) * p[c]; }) + 1, at};
}

/** max(max((1 - t) p) - sum(t p) + 1, 0). */
void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t count) {
    return std::max(marginOf(p, t, count).value, 0.0);
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* p, const float* t, float* dp, int64_t count) {
    const Margin margin = marginOf(p, t, count);
    const bool active = margin.value > 0;
    const double other = 1 - static_cast<double>(t[margin.at]);
    for (int64_t c = 0; c < count; ++c)
      dp[c] = active ? static_cast<float>(g * ((c == margin.at ? other : 0.0) - t[c])) : 0.0f;
  });
}

const Registration forward{{"categorical_hinge", validateRowLoss, run}};
const Registration gradient{{"categorical_hinge_gradient", validateRowLossGradient, runGradient}};

}  // namespace

}  // namespace lamina
