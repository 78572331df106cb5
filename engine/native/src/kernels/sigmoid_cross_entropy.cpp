#include "../simd/math.h"
#include "loss.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  validateLoss<TargetKind::likePrediction>(checker);
  checker.scratch(checker.input(0).count(checker.capacity()));
}

/** max(x, 0) - x t + log(1 + e^-|x|), which no logit can overflow. */
void run(const Context& context, const Arguments& arguments) {
  float* const scratch = arguments.scratch;
  const float* const first = arguments.inputs[0].data;
  forSamples(context, arguments, [=](const float* x, const float* t, int64_t count) {
    float* const tail = scratch + (x - first);
    vectorized(0, count, [=](int64_t i) LAMINA_BODY { tail[i] = x[i] > 0 ? -x[i] : x[i]; });
    simd::vsoftplus(tail, tail, static_cast<size_t>(count));
    const double sum = sumOf(0, count, [=](int64_t i) {
      return static_cast<double>(x[i] < 0 ? 0.0f : x[i]) - static_cast<double>(x[i]) * t[i] + tail[i];
    });
    return sum / static_cast<double>(count);
  });
}

void validateGradient(Checker& checker) {
  validateLossGradient<TargetKind::likePrediction>(checker);
  checker.scratch(checker.input(1).count(checker.capacity()));
}

void runGradient(const Context& context, const Arguments& arguments) {
  float* const scratch = arguments.scratch;
  const float* const first = arguments.inputs[1].data;
  forSampleGradients(context, arguments, [=](float g, const float* x, const float* t, float* dx, int64_t count) {
    float* const probability = scratch + (x - first);
    simd::vsigmoid(x, probability, static_cast<size_t>(count));
    const auto factor = static_cast<float>(g / static_cast<double>(count));
    vectorized(0, count, [=](int64_t i) LAMINA_BODY { dx[i] = factor * (probability[i] - t[i]); });
  });
}

const Registration forward{{"sigmoid_cross_entropy", validate, run}};
const Registration gradient{{"sigmoid_cross_entropy_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
