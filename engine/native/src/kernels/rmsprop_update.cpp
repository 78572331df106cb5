#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kRho, kMomentum, kEpsilon, kCentered };

void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 5, "5 attributes", std::to_string(checker.attributeCount()));
  checker.number(kRho, "rho", 0, 1);
  const double momentum = checker.number(kMomentum, "momentum", 0, 1);
  checker.number(kEpsilon, "epsilon", 0, 1e6);
  const bool centered = checker.integer(kCentered, "centered", 0, 1) != 0;
  checkUpdate(checker, 1 + (momentum > 0 ? 1 : 0) + (centered ? 1 : 0), 5);
}

/** Keras 3: the increment is lr g / sqrt(v - average² + epsilon), through a momentum where there is one. */
void run(const Context& context, const Arguments& arguments) {
  const auto rho = static_cast<float>(arguments.attributes[kRho]);
  const auto rest = static_cast<float>(1 - arguments.attributes[kRho]);
  const auto momentum = static_cast<float>(arguments.attributes[kMomentum]);
  const auto epsilon = static_cast<float>(arguments.attributes[kEpsilon]);
  const auto rate = static_cast<float>(context.learningRate);
  const bool withMomentum = arguments.attributes[kMomentum] > 0;
  const bool centered = arguments.attributes[kCentered] != 0;
  const int slots = 1 + (withMomentum ? 1 : 0) + (centered ? 1 : 0);
  forUpdates(context, arguments, slots, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const v = update.slots[0];
    float* const m = withMomentum ? update.slots[1] : nullptr;
    float* const average = centered ? update.slots[withMomentum ? 2 : 1] : nullptr;
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      v[i] = rho * v[i] + rest * (g[i] * g[i]);
      float denominator = v[i] + epsilon;
      if (average != nullptr) {
        average[i] = rho * average[i] + rest * g[i];
        denominator = (v[i] - average[i] * average[i]) + epsilon;
      }
      float increment = rate * g[i] / std::sqrt(denominator);
      if (m != nullptr) {
        increment += momentum * m[i];
        m[i] = increment;
      }
      w[i] -= increment;
    });
  });
}

const Registration update{{"rmsprop_update", validate, run}};

}  // namespace

}  // namespace lamina
