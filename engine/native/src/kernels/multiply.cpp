#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  checker.sameShape("input 1", checker.input(1), checker.input(0));
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.elementwise();
}

void run(const Context& context, const Arguments& arguments) {
  const float* a = arguments.inputs[0].data;
  const float* b = arguments.inputs[1].data;
  float* y = arguments.outputs[0].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    vectorized(begin, end, [=](int64_t i) LAMINA_BODY { y[i] = a[i] * b[i]; });
  });
}

const Registration forward{{"multiply", validate, run}};

}  // namespace

}  // namespace lamina
