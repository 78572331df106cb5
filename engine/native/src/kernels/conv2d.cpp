#include "convolution.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(3, 1, 11);
  const Shape& w = checker.input(1);
  const Correlation shape = checkedConvolution(checker, checker.input(0), w, checker.output(0));
  if (checker.hasInput(2)) checker.vectorOf("bias", checker.input(2), w.dims[3]);
  checkedActivation(checker, kActivation);
  checker.scratch(correlateScratchFloats(shape, checker.threads()));
}

/** y = activation(x correlated with w + b) */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& w = arguments.inputs[1];
  const Tensor& y = arguments.outputs[0];
  Epilogue epilogue;
  epilogue.bias = arguments.inputs[2].data;
  epilogue.activation = activationOf(arguments);
  epilogue.alpha = static_cast<float>(arguments.attributes[kAlpha]);
  correlate(context, convolutionOf(arguments, x, w, y), Weights::forward, x.data, w.data, y.data, epilogue, arguments.scratch);
}

void validateTransposed(Checker& checker) {
  checker.arity(3, 1, 11);
  const Shape& w = checker.input(1);
  const Correlation shape = checkedConvolution(checker, checker.output(0), w, checker.input(0));
  if (checker.hasInput(2)) checker.vectorOf("bias", checker.input(2), checker.output(0).dims[3]);
  checkedActivation(checker, kActivation);
  checker.scratch(correlateScratchFloats(inputGradientOf(shape), checker.threads()));
}

/** y = activation(gradient that x, as a gradient of a convolution's output, gives to its input + b) */
void runTransposed(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& w = arguments.inputs[1];
  const Tensor& y = arguments.outputs[0];
  Epilogue epilogue;
  epilogue.bias = arguments.inputs[2].data;
  epilogue.activation = activationOf(arguments);
  epilogue.alpha = static_cast<float>(arguments.attributes[kAlpha]);
  correlate(context, inputGradientOf(convolutionOf(arguments, y, w, x)), Weights::turned, x.data, w.data, y.data, epilogue, arguments.scratch);
}

void validateInputGradient(Checker& checker) {
  checker.arity(3, 1, 11);
  const Correlation shape = checkedConvolution(checker, checker.output(0), checker.input(1), checker.input(0));
  const simd::Activation activation = checkedActivation(checker, kActivation);
  if (checker.hasInput(2)) {
    checker.sameShape("y", checker.input(2), checker.output(0));
    const float alpha = static_cast<float>(checker.number(kAlpha, "alpha", -3e38, 3e38));
    checker.require(simd::hasGradientFromOutput(activation, alpha), "an activation whose derivative follows from its output",
                    "activation " + std::to_string(static_cast<int>(activation)) + " with alpha " + std::to_string(alpha));
  }
  checker.scratch(correlateScratchFloats(inputGradientOf(shape), checker.threads()));
}

/** The gradient of a convolution's input, times the derivative of the activation that made y, when y is given. */
void runInputGradient(const Context& context, const Arguments& arguments) {
  const Tensor& dy = arguments.inputs[0];
  const Tensor& w = arguments.inputs[1];
  const Tensor& dx = arguments.outputs[0];
  Epilogue epilogue;
  if (arguments.inputs[2]) {
    epilogue.gate = arguments.inputs[2].data;
    epilogue.gateActivation = activationOf(arguments);
    epilogue.gateAlpha = static_cast<float>(arguments.attributes[kAlpha]);
  }
  correlate(context, inputGradientOf(convolutionOf(arguments, dx, w, dy)), Weights::turned, dy.data, w.data, dx.data, epilogue,
            arguments.scratch);
}

void validateParameterGradient(Checker& checker) {
  checker.arity(2, 2, 9);
  const Correlation shape = checkedConvolution(checker, checker.input(0), checker.output(0), checker.input(1));
  if (checker.hasOutput(1)) checker.vectorOf("db", checker.output(1), shape.outChannels);
  checker.scratch(correlateWeightsScratchFloats(shape, checker.capacity(), checker.threads()));
}

void runParameterGradient(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& dy = arguments.inputs[1];
  const Tensor& dw = arguments.outputs[0];
  correlateWeights(context, convolutionOf(arguments, x, dw, dy), x.data, dy.data, dw.data, arguments.outputs[1].data, arguments.scratch);
}

const Registration forward{{"conv2d", validate, run}};
const Registration transposed{{"conv2d_transpose", validateTransposed, runTransposed}};
const Registration inputGradient{{"conv2d_input_gradient", validateInputGradient, runInputGradient}};
const Registration parameterGradient{{"conv2d_parameter_gradient", validateParameterGradient, runParameterGradient}};

}  // namespace
}  // namespace lamina
