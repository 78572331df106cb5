#include <cstring>

#include "axis.h"

namespace lamina {

namespace {

/** `whole` is the long tensor, `part` the one that is taken out of it or written into it. */
void checkPart(const Checker& checker, const char* name, const Shape& whole, const Shape& part) {
  const int axis = checkAxis(checker, whole);
  requireSameOutsideAxis(checker, name, part, whole, axis);
  checker.require(part.dims[axis] <= whole.dims[axis], "at most " + std::to_string(whole.dims[axis]) + " along the axis", formatShape(part));
  checker.integer(1, "begin", 0, whole.dims[axis] - part.dims[axis]);
}

void validate(Checker& checker) {
  checker.arity(1, 1, 2);
  checkPart(checker, "output", checker.input(0), checker.output(0));
}

void run(const Context& context, const Arguments& arguments) {
  const auto axis = static_cast<int>(arguments.attributes[0]);
  const Tensor& whole = arguments.inputs[0];
  const Tensor& part = arguments.outputs[0];
  const int64_t width = stride(part, axis);
  const int64_t step = stride(whole, axis);
  const float* source = whole.data + static_cast<int64_t>(arguments.attributes[1]) * stride(whole, axis + 1);
  forRows(context, outer(part, axis), width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      std::memcpy(part.data + row * width, source + row * step, static_cast<size_t>(width) * sizeof(float));
  });
}

void validatePad(Checker& checker) {
  checker.arity(1, 1, 2);
  checkPart(checker, "dy", checker.output(0), checker.input(0));
}

void runPad(const Context& context, const Arguments& arguments) {
  const auto axis = static_cast<int>(arguments.attributes[0]);
  const Tensor& part = arguments.inputs[0];
  const Tensor& whole = arguments.outputs[0];
  const int64_t width = stride(part, axis);
  const int64_t step = stride(whole, axis);
  const int64_t before = static_cast<int64_t>(arguments.attributes[1]) * stride(whole, axis + 1);
  forRows(context, outer(whole, axis), step, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* target = whole.data + row * step;
      std::fill(target, target + before, 0.0f);
      std::memcpy(target + before, part.data + row * width, static_cast<size_t>(width) * sizeof(float));
      std::fill(target + before + width, target + step, 0.0f);
    }
  });
}

const Registration forward{{"slice", validate, run}};
const Registration pad{{"pad_slice", validatePad, runPad}};

}  // namespace

}  // namespace lamina
