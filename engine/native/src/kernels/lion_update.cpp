#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kBeta1, kBeta2 };

constexpr double kLargestBeta = 1 - 1e-12;

void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 3, "3 attributes", std::to_string(checker.attributeCount()));
  checker.number(kBeta1, "beta1", 0, kLargestBeta);
  checker.number(kBeta2, "beta2", 0, kLargestBeta);
  checkUpdate(checker, 1, 3);
}

/** Chen et al. 2023, as in Keras 3: only the sign of the mean gradient counts. */
void run(const Context& context, const Arguments& arguments) {
  const auto keep1 = static_cast<float>(arguments.attributes[kBeta1]);
  const auto keep2 = static_cast<float>(arguments.attributes[kBeta2]);
  const auto rest1 = static_cast<float>(1 - arguments.attributes[kBeta1]);
  const auto rest2 = static_cast<float>(1 - arguments.attributes[kBeta2]);
  const auto rate = static_cast<float>(context.learningRate);
  forUpdates(context, arguments, 1, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const m = update.slots[0];
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      const float direction = m[i] * keep1 + g[i] * rest1;
      w[i] -= direction > 0 ? rate : direction < 0 ? -rate : 0.0f;
      m[i] = m[i] * keep2 + g[i] * rest2;
    });
  });
}

const Registration update{{"lion_update", validate, run}};

}  // namespace

}  // namespace lamina
