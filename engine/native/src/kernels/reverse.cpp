#include "axis.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 1);
  const Shape& x = checker.input(0);
  checkAxis(checker, x);
  checker.sameShape("y", checker.output(0), x);
}

/** y = x with the axis from its end to its beginning. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const int axis = static_cast<int>(arguments.attributes[0]);
  const int64_t size = x.dims[axis], span = stride(x, axis), part = span / size;
  const float* from = x.data;
  float* to = arguments.outputs[0].data;
  forRows(context, outer(x, axis), span, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t i = 0; i < size; ++i)
        std::copy(from + row * span + i * part, from + row * span + (i + 1) * part, to + row * span + (size - 1 - i) * part);
  });
}

const Registration registered{{"reverse", validate, run}};

}  // namespace
}  // namespace lamina
