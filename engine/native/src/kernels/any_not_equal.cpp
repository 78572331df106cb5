#include "tiles.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 1);
  checker.number(0, "value", -1e30, 1e30);
  const Shape& x = checker.input(0);
  checker.require(x.rank >= 2 && x.features() > 0, "x [rows, features]", formatShape(x));
  Shape wanted = x;
  wanted.rank -= 1;
  checker.sameShape("mask", checker.output(0), wanted);
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  float* const mask = arguments.outputs[0].data;
  const auto value = static_cast<float>(arguments.attributes[0]);
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * columns;
      mask[row] = std::any_of(in, in + columns, [=](float item) { return item != value; }) ? 1.0f : 0.0f;
    }
  });
}

const Registration registered{{"any_not_equal", validate, run}};

}  // namespace

}  // namespace lamina
