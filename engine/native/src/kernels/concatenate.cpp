#include <cstring>

#include "axis.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.require(checker.inputCount() >= 1 && checker.outputCount() == 1 && checker.attributeCount() == 1,
                  "1 or more inputs, 1 output, 1 attribute",
                  std::to_string(checker.inputCount()) + " inputs, " + std::to_string(checker.outputCount()) + " outputs, " +
                      std::to_string(checker.attributeCount()) + " attributes");
  const Shape& whole = checker.output(0);
  const int axis = checkAxis(checker, whole);
  int64_t total = 0;
  for (int i = 0; i < checker.inputCount(); ++i) {
    requireSameOutsideAxis(checker, "every input", checker.input(i), whole, axis);
    total += checker.input(i).dims[axis];
  }
  checker.require(total == whole.dims[axis], std::to_string(total) + " along axis " + std::to_string(axis), formatShape(whole));
}

void run(const Context& context, const Arguments& arguments) {
  const auto axis = static_cast<int>(arguments.attributes[0]);
  const Tensor& whole = arguments.outputs[0];
  const int64_t width = stride(whole, axis);
  forRows(context, outer(whole, axis), width, [&](int64_t begin, int64_t end) {
    float* target = whole.data + begin * width;
    for (int64_t row = begin; row < end; ++row)
      for (int i = 0; i < arguments.inputCount; ++i) {
        const int64_t part = stride(arguments.inputs[i], axis);
        std::memcpy(target, arguments.inputs[i].data + row * part, static_cast<size_t>(part) * sizeof(float));
        target += part;
      }
  });
}

const Registration forward{{"concatenate", validate, run}};

}  // namespace

}  // namespace lamina
