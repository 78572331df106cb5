#include <cmath>

#include "penalty.h"

namespace lamina {

namespace {

void run(const Context& context, const Arguments& arguments) {
  const float* w = arguments.inputs[0].data;
  const double sum = reduceSum(context, arguments.inputs[0].count, arguments.scratch,
                               [=](int64_t i) { return std::abs(static_cast<double>(w[i])); });
  arguments.outputs[0].data[0] = static_cast<float>(arguments.attributes[0] * sum);
}

void runGradient(const Context& context, const Arguments& arguments) {
  const auto factor = static_cast<float>(arguments.inputs[0].data[0] * arguments.attributes[0]);
  const float* w = arguments.inputs[1].data;
  float* dw = arguments.outputs[0].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    vectorized(begin, end, [=](int64_t i) LAMINA_BODY { dw[i] = w[i] > 0 ? factor : w[i] < 0 ? -factor : 0.0f; });
  });
}

const Registration forward{{"l1_penalty", validatePenalty, run}};
const Registration gradient{{"l1_penalty_gradient", validatePenaltyGradient, runGradient}};

}  // namespace

}  // namespace lamina
