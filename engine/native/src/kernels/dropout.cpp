#include "dropout.h"

#include "../simd/math.h"
#include "tiles.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(1, 2, 2);
  checker.number(0, "rate", 0, kLargestRate);
  checker.integer(1, "stream", 0, UINT32_MAX);
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.sameShape("mask", checker.output(1), checker.input(0));
  checker.inPlace(0, 0);
}

void run(const Context& context, const Arguments& arguments) {
  const float rate = roundedUp(arguments.attributes[0]);
  const auto stream = static_cast<uint32_t>(arguments.attributes[1]);
  const auto step = static_cast<uint32_t>(context.iteration);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  float* mask = arguments.outputs[1].data;
  // Tile borders are multiples of 4: a Philox block never spans two tiles.
  forElements(context, arguments.inputs[0].count, [&](int64_t begin, int64_t end) {
    simd::dropoutForward(x + begin, y + begin, mask + begin, static_cast<size_t>(begin), static_cast<size_t>(end - begin), rate, step,
                         stream, context.seed);
  });
}

const Registration forward{{"dropout", validate, run}};

}  // namespace

}  // namespace lamina
