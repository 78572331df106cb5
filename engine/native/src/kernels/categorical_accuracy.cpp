#include "accuracy.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  validateLoss<TargetKind::likePrediction>(checker);
  checker.require(checker.input(0).rank == 2, "a prediction [N, classes]", formatShape(checker.input(0)));
}

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t classes) {
    return largestPosition(p, classes) == largestPosition(t, classes) ? 1.0 : 0.0;
  });
}

const Registration forward{{"categorical_accuracy", validate, run}};

}  // namespace

}  // namespace lamina
