#include "../simd/math.h"
#include "tiles.h"

namespace lamina {

namespace {

constexpr double kLargestAlpha = 1e6;

simd::Activation readActivation(const Arguments& arguments) {
  return static_cast<simd::Activation>(static_cast<int>(arguments.attributes[0]));
}

void validate(Checker& checker) {
  checker.arity(1, 1, 2);
  checker.integer(0, "activation", 0, simd::kActivations - 1);
  checker.number(1, "alpha", -kLargestAlpha, kLargestAlpha);
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.elementwise();
}

void run(const Context& context, const Arguments& arguments) {
  const simd::Activation activation = readActivation(arguments);
  const auto alpha = static_cast<float>(arguments.attributes[1]);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  forElements(context, arguments.inputs[0].count, [&](int64_t begin, int64_t end) {
    simd::activationForward(activation, alpha, x + begin, y + begin, static_cast<size_t>(end - begin));
  });
}

void validateGradient(Checker& checker) {
  checker.arity(3, 1, 2);
  const auto activation = static_cast<simd::Activation>(checker.integer(0, "activation", 0, simd::kActivations - 1));
  const auto alpha = static_cast<float>(checker.number(1, "alpha", -kLargestAlpha, kLargestAlpha));
  checker.require(checker.hasInput(1) != checker.hasInput(2), "either x or y",
                  checker.hasInput(1) ? "both" : "neither");
  checker.require(checker.hasInput(1) || simd::hasGradientFromOutput(activation, alpha),
                  "x, as this activation's gradient needs it", "y");
  checker.sameShape("dy", checker.input(0), checker.output(0));
  checker.sameShape(checker.hasInput(1) ? "x" : "y", checker.input(checker.hasInput(1) ? 1 : 2), checker.output(0));
  checker.elementwise();
}

void runGradient(const Context& context, const Arguments& arguments) {
  const simd::Activation activation = readActivation(arguments);
  const auto alpha = static_cast<float>(arguments.attributes[1]);
  const float* dy = arguments.inputs[0].data;
  const float* x = arguments.inputs[1].data;
  const float* y = arguments.inputs[2].data;
  float* dx = arguments.outputs[0].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    const auto count = static_cast<size_t>(end - begin);
    if (x != nullptr) simd::activationGradientFromInput(activation, alpha, dy + begin, x + begin, dx + begin, count);
    else simd::activationGradientFromOutput(activation, alpha, dy + begin, y + begin, dx + begin, count);
  });
}

const Registration forward{{"activation", validate, run}};
const Registration gradient{{"activation_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
