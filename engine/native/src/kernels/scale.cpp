#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 1);
  checker.number(0, "factor", -3.4e38, 3.4e38);
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.elementwise();
}

void run(const Context& context, const Arguments& arguments) {
  const auto factor = static_cast<float>(arguments.attributes[0]);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    vectorized(begin, end, [=](int64_t i) LAMINA_BODY { y[i] = factor * x[i]; });
  });
}

const Registration forward{{"scale", validate, run}};

}  // namespace

}  // namespace lamina
