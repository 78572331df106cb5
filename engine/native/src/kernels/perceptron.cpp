#include "loss.h"

namespace lamina {

namespace {

/** What the unit answers minus what it should: step(x) - t. */
double surplus(double x, double t) { return (x >= 0 ? 1.0 : 0.0) - t; }

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* x, const float* t, int64_t count) {
    return sumOf(0, count, [=](int64_t i) { return surplus(x[i], t[i]) * x[i]; });
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  forSampleGradients(context, arguments, [](float g, const float* x, const float* t, float* dx, int64_t count) {
    for (int64_t i = 0; i < count; ++i) dx[i] = static_cast<float>(g * surplus(x[i], t[i]));
  });
}

const Registration forward{{"perceptron", validateLoss<TargetKind::likePrediction>, run}};
const Registration gradient{{"perceptron_gradient", validateLossGradient<TargetKind::likePrediction>, runGradient}};

}  // namespace

}  // namespace lamina
