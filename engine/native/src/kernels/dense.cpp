#include "dense.h"

namespace lamina {
namespace {

void check(Checker& checker) {
  const Shape& x = checker.input(0);
  const Shape& w = checker.input(1);
  atLeastMatrix(checker, "x", x);
  checker.require(w.rank == 2 && w.dims[0] == x.features(), "weights [" + std::to_string(x.features()) + ", outputs]", formatShape(w));
  if (checker.hasInput(2)) checker.vectorOf("bias", checker.input(2), w.dims[1]);
  sameRows(checker, "y", checker.output(0), x, w.dims[1]);
  checkedActivation(checker, 0);
  checker.scratch(gemmScratchFloats(mostRows(checker, x), w.dims[1], w.dims[0], checker.threads(), true));
}

void validate(Checker& checker) {
  checker.arity(3, 1, 2);
  check(checker);
}

void validateResidual(Checker& checker) {
  checker.arity(4, 1, 2);
  check(checker);
  checker.sameShape("residual", checker.input(3), checker.output(0));
  checker.inPlace(0, 3);
}

/** y = activation(x w + b), of the sum with the residual where there is one. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& w = arguments.inputs[1];
  const int64_t depth = w.dims[0], columns = w.dims[1];
  Epilogue epilogue;
  epilogue.bias = arguments.inputs[2].data;
  if (arguments.inputCount > 3) {
    epilogue.addend = arguments.inputs[3].data;
    epilogue.addendStride = columns;
  }
  epilogue.activation = static_cast<simd::Activation>(static_cast<int>(arguments.attributes[0]));
  epilogue.alpha = static_cast<float>(arguments.attributes[1]);
  gemm(context, x.rows(), columns, depth, {x.data, depth, false, Zeros::counted}, {w.data, columns, false}, arguments.outputs[0].data, columns, epilogue,
       arguments.scratch);
}

const Registration plain{{"dense", validate, run}};
const Registration residual{{"dense_residual", validateResidual, run}};

}  // namespace
}  // namespace lamina
