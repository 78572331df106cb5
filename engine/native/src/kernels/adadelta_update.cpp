#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kRho, kEpsilon };

void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 3, "3 attributes", std::to_string(checker.attributeCount()));
  checker.number(kRho, "rho", 0, 1);
  checker.number(kEpsilon, "epsilon", 0, 1e6);
  checkUpdate(checker, 2, 3);
}

/** Zeiler 2012, as in Keras 3: the learning rate scales the step. */
void run(const Context& context, const Arguments& arguments) {
  const auto rho = static_cast<float>(arguments.attributes[kRho]);
  const auto rest = static_cast<float>(1 - arguments.attributes[kRho]);
  const auto epsilon = static_cast<float>(arguments.attributes[kEpsilon]);
  const auto rate = static_cast<float>(context.learningRate);
  forUpdates(context, arguments, 2, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const square = update.slots[0];
    float* const delta = update.slots[1];
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      square[i] = rho * square[i] + rest * (g[i] * g[i]);
      const float step = -(std::sqrt(delta[i] + epsilon) * g[i]) / std::sqrt(square[i] + epsilon);
      delta[i] = rho * delta[i] + rest * (step * step);
      w[i] += rate * step;
    });
  });
}

const Registration update{{"adadelta_update", validate, run}};

}  // namespace

}  // namespace lamina
