#include <cstring>

#include "mask.h"
#include "tiles.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  const Shape& x = checker.input(0);
  Shape leading = x;
  leading.rank = std::min(x.rank, checker.input(1).rank);
  checker.require(leading.rank >= 1 && leading.batched(), "a mask [N, ...]", formatShape(checker.input(1)));
  checker.sameShape("mask", checker.input(1), leading);
  checker.sameShape("y", checker.output(0), x);
  checker.inPlace(0, 0);
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& mask = arguments.inputs[1];
  float* const y = arguments.outputs[0].data;
  const int64_t width = mask.count == 0 ? 0 : x.count / mask.count;
  forRows(context, mask.count, width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* const out = y + row * width;
      if (!counts(mask.data[row]))
        std::fill(out, out + width, 0.0f);
      else if (y != x.data)
        std::memcpy(out, x.data + row * width, static_cast<size_t>(width) * sizeof(float));
    }
  });
}

const Registration registered{{"apply_mask", validate, run}};

}  // namespace

}  // namespace lamina
