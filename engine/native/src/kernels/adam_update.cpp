#include <cmath>

#include "../simd/math.h"
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

/** Kingma and Ba 2015, section 2's efficient form, as in Keras 3. */
void run(const Context& context, const Arguments& arguments) {
  const double beta1 = arguments.attributes[kBeta1];
  const double beta2 = arguments.attributes[kBeta2];
  const auto t = static_cast<double>(context.iteration + 1);
  const auto alpha = static_cast<float>(context.learningRate * std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t)));
  const auto rest1 = static_cast<float>(1 - beta1);
  const auto rest2 = static_cast<float>(1 - beta2);
  const auto epsilon = static_cast<float>(arguments.attributes[kEpsilon]);
  forUpdates(context, arguments, 2, [=](const Update& update, int64_t count) {
    simd::adamUpdate(update.w, update.g, update.slots[0], update.slots[1], static_cast<size_t>(count), alpha, rest1, rest2, epsilon);
  });
}

const Registration update{{"adam_update", validate, run}};

}  // namespace

}  // namespace lamina
