#include <algorithm>

#include "dense.h"

namespace lamina {
namespace {

/** Products that are added in one go. */
constexpr int kTogether = 16;

/** Checks that dy, and w turned, make a product of the shape of dx. */
void checkTerm(Checker& checker, int at) {
  const Shape& dy = checker.input(at);
  const Shape& w = checker.input(at + 1);
  atLeastMatrix(checker, "dy", dy);
  checker.require(w.rank == 2 && w.dims[1] == dy.features(), "weights [inputs, " + std::to_string(dy.features()) + "]", formatShape(w));
  sameRows(checker, "dx", checker.output(0), dy, w.dims[0]);
  checker.scratch(gemmScratchFloats(mostRows(checker, dy), w.dims[0], w.dims[1], checker.threads(), true));
}

void checkGate(const Checker& checker, int at) {
  const simd::Activation activation = checkedActivation(checker, 0);
  if (!checker.hasInput(at)) return;
  checker.sameShape("y", checker.input(at), checker.output(0));
  const float alpha = static_cast<float>(checker.number(1, "alpha", -3e38, 3e38));
  checker.require(simd::hasGradientFromOutput(activation, alpha), "an activation whose derivative follows from its output",
                  "activation " + std::to_string(static_cast<int>(activation)) + " with alpha " + std::to_string(alpha));
}

/** Times the derivative of the activation that made y, when y is given. */
Epilogue gatedBy(const Tensor& y, const Arguments& arguments) {
  Epilogue epilogue;
  if (!y) return epilogue;
  epilogue.gate = y.data;
  epilogue.gateStride = y.features();
  epilogue.gateActivation = static_cast<simd::Activation>(static_cast<int>(arguments.attributes[0]));
  epilogue.gateAlpha = static_cast<float>(arguments.attributes[1]);
  return epilogue;
}

void validate(Checker& checker) {
  checker.arity(3, 1, 2);
  checkTerm(checker, 0);
  checkGate(checker, 2);
}

/** dx = dy wᵀ, gated. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& dy = arguments.inputs[0];
  const Tensor& w = arguments.inputs[1];
  const int64_t columns = w.dims[0], depth = w.dims[1];
  gemm(context, dy.rows(), columns, depth, {dy.data, depth, false, Zeros::counted}, {w.data, depth, true}, arguments.outputs[0].data, columns,
       gatedBy(arguments.inputs[2], arguments), arguments.scratch);
}

void validateSum(Checker& checker) {
  const int operands = checker.inputCount() - 2;
  checker.require(operands >= 2 && operands % 2 == 0 && checker.outputCount() == 1 && checker.attributeCount() == 2,
                  "y, residual and pairs of dy and w, 1 output, 2 attributes",
                  std::to_string(checker.inputCount()) + " inputs, " + std::to_string(checker.outputCount()) + " outputs, " +
                      std::to_string(checker.attributeCount()) + " attributes");
  for (int at = 2; at < checker.inputCount(); at += 2) checkTerm(checker, at);
  checkGate(checker, 0);
  if (!checker.hasInput(1)) return;
  checker.sameShape("residual", checker.input(1), checker.output(0));
  checker.inPlace(0, 1);
}

/** dx = residual + dy1 w1ᵀ + dy2 w2ᵀ + ..., gated. */
void runSum(const Context& context, const Arguments& arguments) {
  const Tensor& dx = arguments.outputs[0];
  const int64_t columns = dx.features();
  const int count = (arguments.inputCount - 2) / 2;
  const float* addend = arguments.inputs[1].data;
  for (int first = 0; first < count; first += kTogether) {
    const int part = std::min(kTogether, count - first);
    Term terms[kTogether];
    for (int i = 0; i < part; ++i) {
      const Tensor& dy = arguments.inputs[2 + 2 * (first + i)];
      const int64_t depth = dy.features();
      terms[i] = {depth, {dy.data, depth, false, Zeros::counted}, {arguments.inputs[3 + 2 * (first + i)].data, depth, true}};
    }
    Epilogue epilogue;
    if (first + part == count) epilogue = gatedBy(arguments.inputs[0], arguments);
    epilogue.addend = addend;
    epilogue.addendStride = columns;
    gemmSum(context, dx.rows(), columns, terms, part, dx.data, columns, epilogue, arguments.scratch);
    addend = dx.data;
  }
}

const Registration one{{"dense_input_gradient", validate, run}};
const Registration sum{{"dense_input_gradients", validateSum, runSum}};

}  // namespace
}  // namespace lamina
