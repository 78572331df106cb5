#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kBeta1, kBeta2, kEpsilon };

constexpr double kLargestBeta = 1 - 1e-12;

void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 4, "4 attributes", std::to_string(checker.attributeCount()));
  checker.number(kBeta1, "beta1", 0, kLargestBeta);
  checker.number(kBeta2, "beta2", 0, kLargestBeta);
  checker.number(kEpsilon, "epsilon", 0, 1e6);
  checkUpdate(checker, 2, 4);
}

/** Kingma and Ba 2015, section 7.1, as in Keras 3: the infinity norm in place of the second moment. */
void run(const Context& context, const Arguments& arguments) {
  const double beta1 = arguments.attributes[kBeta1];
  const auto keep = static_cast<float>(arguments.attributes[kBeta2]);
  const auto rest1 = static_cast<float>(1 - beta1);
  const auto epsilon = static_cast<float>(arguments.attributes[kEpsilon]);
  const auto alpha = static_cast<float>(context.learningRate / (1 - std::pow(beta1, static_cast<double>(context.iteration + 1))));
  forUpdates(context, arguments, 2, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const m = update.slots[0];
    float* const u = update.slots[1];
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      m[i] += (g[i] - m[i]) * rest1;
      const float kept = keep * u[i];
      const float size = std::abs(g[i]);
      u[i] = kept > size ? kept : size;
      w[i] -= alpha * m[i] / (u[i] + epsilon);
    });
  });
}

const Registration update{{"adamax_update", validate, run}};

}  // namespace

}  // namespace lamina
