#include <algorithm>
#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kBeta1, kBeta2, kEpsilon };

constexpr double kLargestBeta = 1 - 1e-12;

/** Factors of the product that differ from beta1: 0.96^1000 is below the precision of a double. */
constexpr uint64_t kVarying = 1000;

double momentumAt(double beta1, double t) { return beta1 * (1 - 0.5 * std::pow(0.96, t)); }

/** u_1 u_2 ... u_t. */
double momentumProduct(double beta1, uint64_t t) {
  const uint64_t varying = std::min(t, kVarying);
  double product = std::pow(beta1, static_cast<double>(t - varying));
  for (uint64_t k = 1; k <= varying; ++k) product *= momentumAt(beta1, static_cast<double>(k));
  return product;
}

void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 4, "4 attributes", std::to_string(checker.attributeCount()));
  checker.number(kBeta1, "beta1", 0, kLargestBeta);
  checker.number(kBeta2, "beta2", 0, kLargestBeta);
  checker.number(kEpsilon, "epsilon", 0, 1e6);
  checkUpdate(checker, 2, 4);
}

/** Dozat 2016, as in Keras 3, with its momentum schedule u_t = beta1 (1 - 0.96^t / 2). */
void run(const Context& context, const Arguments& arguments) {
  const double beta1 = arguments.attributes[kBeta1];
  const double beta2 = arguments.attributes[kBeta2];
  const auto t = static_cast<double>(context.iteration + 1);
  const double now = momentumAt(beta1, t);
  const double next = momentumAt(beta1, t + 1);
  const double product = momentumProduct(beta1, context.iteration + 1);
  const auto ofMean = static_cast<float>(context.learningRate * next / (1 - product * next));
  const auto ofGradient = static_cast<float>(context.learningRate * (1 - now) / (1 - product));
  const auto correction = static_cast<float>(1 / (1 - std::pow(beta2, t)));
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
      w[i] -= (ofMean * m[i] + ofGradient * g[i]) / (std::sqrt(v[i] * correction) + epsilon);
    });
  });
}

const Registration update{{"nadam_update", validate, run}};

}  // namespace

}  // namespace lamina
