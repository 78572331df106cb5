#include "dense.h"

namespace lamina {
namespace {

/** Columns one task sums; fewer elements than this in all are summed by one thread. */
constexpr int64_t kColumnsPerTask = 64;
constexpr int64_t kElementsWorthSharing = 1 << 16;

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
  checker.scratch(gemmScratchFloats(x.features(), dy.features(), mostRows(checker, x), checker.threads()));
}

/** dw = xᵀ dy; db = column sums of dy. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& dy = arguments.inputs[1];
  const int64_t rows = x.rows(), inputs = x.features(), outputs = dy.features();
  gemm(context, inputs, outputs, rows, {x.data, inputs, true}, {dy.data, outputs, false}, arguments.outputs[0].data, outputs, {},
       arguments.scratch);
  if (!arguments.outputs[1]) return;
  float* sums = arguments.outputs[1].data;
  const bool shared = rows * outputs >= kElementsWorthSharing;
  const int64_t width = shared ? kColumnsPerTask : outputs;
  parallelFor(context, (outputs + width - 1) / width, [&](int64_t tile, int) {
    const int64_t begin = tile * width;
    const int64_t count = begin + width < outputs ? width : outputs - begin;
    simd::columnSums(dy.data + begin, static_cast<size_t>(outputs), sums + begin, static_cast<size_t>(rows), static_cast<size_t>(count));
  });
}

const Registration registered{{"dense_parameter_gradient", validate, run}};

}  // namespace
}  // namespace lamina
