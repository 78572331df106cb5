#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kEpsilon };

void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 2, "2 attributes", std::to_string(checker.attributeCount()));
  checker.number(kEpsilon, "epsilon", 0, 1e6);
  checkUpdate(checker, 1, 2);
}

/** Duchi et al. 2011, as in Keras 3: epsilon stands under the root. */
void run(const Context& context, const Arguments& arguments) {
  const auto rate = static_cast<float>(context.learningRate);
  const auto epsilon = static_cast<float>(arguments.attributes[kEpsilon]);
  forUpdates(context, arguments, 1, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const sum = update.slots[0];
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      sum[i] += g[i] * g[i];
      w[i] -= rate * g[i] / std::sqrt(sum[i] + epsilon);
    });
  });
}

const Registration update{{"adagrad_update", validate, run}};

}  // namespace

}  // namespace lamina
