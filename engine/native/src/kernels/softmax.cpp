#include "../simd/math.h"
#include "tiles.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 0);
  requireFeatures(checker, "x", checker.input(0));
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.elementwise();
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  float* y = arguments.outputs[0].data;
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    simd::softmaxRows(x.data + begin * columns, y + begin * columns, static_cast<size_t>(end - begin), static_cast<size_t>(columns));
  });
}

void validateGradient(Checker& checker) {
  checker.arity(2, 1, 0);
  requireFeatures(checker, "y", checker.input(1));
  checker.sameShape("dy", checker.input(0), checker.input(1));
  checker.sameShape("output", checker.output(0), checker.input(1));
  checker.elementwise();
}

void runGradient(const Context& context, const Arguments& arguments) {
  const float* dy = arguments.inputs[0].data;
  const Tensor& y = arguments.inputs[1];
  float* dx = arguments.outputs[0].data;
  const int64_t columns = y.features();
  forRows(context, y.rows(), columns, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * columns;
    simd::softmaxGradientRows(dy + at, y.data + at, dx + at, static_cast<size_t>(end - begin), static_cast<size_t>(columns));
  });
}

const Registration forward{{"softmax", validate, run}};
const Registration gradient{{"softmax_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
