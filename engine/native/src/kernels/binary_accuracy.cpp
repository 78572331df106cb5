#include "accuracy.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(2, 1, 1);
  checker.number(0, "threshold", -3.4e38, 3.4e38);
  checkTarget(checker, checker.input(0), checker.input(1), TargetKind::likePrediction);
  checkPerSample(checker, "output", checker.output(0));
}

void run(const Context& context, const Arguments& arguments) {
  const auto threshold = static_cast<float>(arguments.attributes[0]);
  forSamples(context, arguments, [=](const float* p, const float* t, int64_t count) {
    int64_t right = 0;
    for (int64_t i = 0; i < count; ++i) right += (p[i] > threshold ? 1.0f : 0.0f) == t[i];
    return static_cast<double>(right) / static_cast<double>(count);
  });
}

const Registration forward{{"binary_accuracy", validate, run}};

}  // namespace

}  // namespace lamina
