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
  checkUpdate(checker, 3, 4);
}

/** Reddi et al. 2018, as in Keras 3: Adam that divides by the largest second moment so far. */
void run(const Context& context, const Arguments& arguments) {
  const double beta1 = arguments.attributes[kBeta1];
  const double beta2 = arguments.attributes[kBeta2];
  const auto t = static_cast<double>(context.iteration + 1);
  const auto alpha = static_cast<float>(context.learningRate * std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t)));
  const auto rest1 = static_cast<float>(1 - beta1);
  const auto rest2 = static_cast<float>(1 - beta2);
  const auto epsilon = static_cast<float>(arguments.attributes[kEpsilon]);
  forUpdates(context, arguments, 3, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const m = update.slots[0];
    float* const v = update.slots[1];
    float* const largest = update.slots[2];
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      m[i] += (g[i] - m[i]) * rest1;
      v[i] += (g[i] * g[i] - v[i]) * rest2;
      largest[i] = v[i] > largest[i] ? v[i] : largest[i];
      w[i] -= m[i] * alpha / (std::sqrt(largest[i]) + epsilon);
    });
  });
}

const Registration update{{"amsgrad_update", validate, run}};

}  // namespace

}  // namespace lamina
