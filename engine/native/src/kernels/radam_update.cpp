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

/** Liu et al. 2020, as in PyTorch: plain momentum until the variance of the second moment is known well enough. */
void run(const Context& context, const Arguments& arguments) {
  const double beta1 = arguments.attributes[kBeta1];
  const double beta2 = arguments.attributes[kBeta2];
  const auto t = static_cast<double>(context.iteration + 1);
  const double correction1 = 1 - std::pow(beta1, t);
  const double power2 = std::pow(beta2, t);
  const double longest = 2 / (1 - beta2) - 1;
  const double length = longest - 2 * t * power2 / (1 - power2);
  const bool rectified = length > 5;
  const double root = rectified ? std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) : 1;
  const double scale = context.learningRate / correction1 * (rectified ? root * std::sqrt(1 - power2) : 1);
  const auto alpha = static_cast<float>(scale);
  const auto rest1 = static_cast<float>(1 - beta1);
  const auto rest2 = static_cast<float>(1 - beta2);
  const auto epsilon = static_cast<float>(arguments.attributes[kEpsilon]);
  forUpdates(context, arguments, 2, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const m = update.slots[0];
    float* const v = update.slots[1];
    vectorized(0, count, [=](int64_t i) LAMINA_BODY {
      m[i] += (g[i] - m[i]) * rest1;
      v[i] += (g[i] * g[i] - v[i]) * rest2;
      w[i] -= rectified ? m[i] * alpha / (std::sqrt(v[i]) + epsilon) : m[i] * alpha;
    });
  });
}

const Registration update{{"radam_update", validate, run}};

}  // namespace

}  // namespace lamina
