#include <cstring>

#include "tiles.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  const Shape& x = checker.input(0);
  checker.arity(1, 1, 1 + x.rank);
  checker.require(x.rank >= 2 && x.dims[0] == -1, "a tensor [N, ...]", formatShape(x));
  checker.integer(0, "axes", x.rank, x.rank);
  Shape wanted = x;
  bool taken[kMaxRank] = {};
  for (int axis = 0; axis < x.rank; ++axis) {
    const auto from = static_cast<int>(checker.integer(1 + axis, "axis", axis == 0 ? 0 : 1, axis == 0 ? 0 : x.rank - 1));
    checker.require(!taken[from], "each axis once", std::to_string(from));
    taken[from] = true;
    wanted.dims[axis] = x.dims[from];
  }
  checker.sameShape("y", checker.output(0), wanted);
}

/** Rows of the output are gathered one by one; whole rows are copied where the last axis stays. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& y = arguments.outputs[0];
  int64_t strides[kMaxRank];
  for (int axis = 0; axis < x.rank; ++axis) {
    strides[axis] = 1;
    for (int i = static_cast<int>(arguments.attributes[1 + axis]) + 1; i < x.rank; ++i) strides[axis] *= x.dims[i];
  }
  const int last = y.rank - 1;
  const int64_t width = y.dims[last], step = strides[last];
  forRows(context, y.rows(), width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x.data;
      for (int64_t axis = last - 1, rest = row; axis >= 0; rest /= y.dims[axis], --axis) from += rest % y.dims[axis] * strides[axis];
      float* const to = y.data + row * width;
      if (step == 1)
        std::memcpy(to, from, static_cast<size_t>(width) * sizeof(float));
      else
        for (int64_t c = 0; c < width; ++c) to[c] = from[c * step];
    }
  });
}

const Registration registered{{"transpose", validate, run}};

}  // namespace

}  // namespace lamina
