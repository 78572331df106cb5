#include "accuracy.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  forSamples(context, arguments, [](const float* p, const float* t, int64_t classes) {
    return static_cast<float>(largestPosition(p, classes)) == t[0] ? 1.0 : 0.0;
  });
}

const Registration forward{{"sparse_categorical_accuracy", validateLoss<TargetKind::classIndex>, run}};

}  // namespace

}  // namespace lamina
