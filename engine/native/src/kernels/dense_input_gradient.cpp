#include "dense.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(3, 1, 2);
  const Shape& dy = checker.input(0);
  const Shape& w = checker.input(1);
  atLeastMatrix(checker, "dy", dy);
  checker.require(w.rank == 2 && w.dims[1] == dy.features(), "weights [inputs, " + std::to_string(dy.features()) + "]", formatShape(w));
  const Shape& dx = checker.output(0);
  sameRows(checker, "dx", dx, dy, w.dims[0]);
  const simd::Activation activation = checkedActivation(checker, 0);
  if (checker.hasInput(2)) {
    checker.sameShape("y", checker.input(2), dx);
    const float alpha = static_cast<float>(checker.number(1, "alpha", -3e38, 3e38));
    checker.require(simd::hasGradientFromOutput(activation, alpha), "an activation whose derivative follows from its output",
                    "activation " + std::to_string(static_cast<int>(activation)) + " with alpha " + std::to_string(alpha));
  }
  checker.scratch(gemmScratchFloats(mostRows(checker, dy), w.dims[0], w.dims[1], checker.threads()));
}

/** dx = dy wᵀ, times the derivative of the activation that made y, when y is given. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& dy = arguments.inputs[0];
  const Tensor& w = arguments.inputs[1];
  const Tensor& y = arguments.inputs[2];
  const int64_t columns = w.dims[0], depth = w.dims[1];
  Epilogue epilogue;
  if (y) {
    epilogue.gate = y.data;
    epilogue.gateStride = columns;
    epilogue.gateActivation = static_cast<simd::Activation>(static_cast<int>(arguments.attributes[0]));
    epilogue.gateAlpha = static_cast<float>(arguments.attributes[1]);
  }
  gemm(context, dy.rows(), columns, depth, {dy.data, depth, false}, {w.data, depth, true}, arguments.outputs[0].data, columns, epilogue,
       arguments.scratch);
}

const Registration registered{{"dense_input_gradient", validate, run}};

}  // namespace
}  // namespace lamina
