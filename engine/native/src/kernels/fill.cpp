#include <algorithm>

#include "tiles.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(0, 1, 1);
  checker.number(0, "value", -3.4e38, 3.4e38);
  checker.output(0);
}

void run(const Context& context, const Arguments& arguments) {
  const auto value = static_cast<float>(arguments.attributes[0]);
  float* y = arguments.outputs[0].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) { std::fill(y + begin, y + end, value); });
}

const Registration forward{{"fill", validate, run}};

}  // namespace

}  // namespace lamina
