#include "dense.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(2, 2, 0);
  const Shape& x = checker.input(0);
  const Shape& dy = checker.input(1);
  atLeastMatrix(checker, "x", x);
  sameRows(checker, "dy", dy, x, dy.features());
  Shape weights;
  weights.rank = 2;
  weights.dims[0] = x.features();
  weights.dims[1] = dy.features();
  checker.sameShape("dw", checker.output(0), weights);
  if (checker.hasOutput(1)) checker.vectorOf("db", checker.output(1), dy.features());
  checker.scratch(gemmScratchFloats(x.features(), dy.features(), mostRows(checker, x), checker.threads(), true));
}

/** dw = xᵀ dy; db = column sums of dy. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& dy = arguments.inputs[1];
  const int64_t rows = x.rows(), inputs = x.features(), outputs = dy.features();
  gemm(context, inputs, outputs, rows, {x.data, inputs, true, Zeros::counted}, {dy.data, outputs, false, Zeros::counted},
       arguments.outputs[0].data, outputs, {}, arguments.scratch, arguments.outputs[1].data);
}

const Registration registered{{"dense_parameter_gradient", validate, run}};

}  // namespace
}  // namespace lamina
