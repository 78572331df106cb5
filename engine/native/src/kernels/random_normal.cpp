#include "../simd/math.h"
#include "tiles.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(0, 1, 3);
  checker.number(0, "mean", -1e30, 1e30);
  checker.number(1, "deviation", 0, 1e30);
  checker.integer(2, "stream", 0, UINT32_MAX);
  checker.output(0);
}

void run(const Context& context, const Arguments& arguments) {
  const auto mean = static_cast<float>(arguments.attributes[0]);
  const auto deviation = static_cast<float>(arguments.attributes[1]);
  const auto stream = static_cast<uint32_t>(arguments.attributes[2]);
  const auto step = static_cast<uint32_t>(context.iteration);
  float* y = arguments.outputs[0].data;
  // Tile borders are multiples of 4: a Philox block never spans two tiles.
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    simd::randomNormal(y + begin, static_cast<size_t>(begin), static_cast<size_t>(end - begin), mean, deviation, step, stream, context.seed);
  });
}

const Registration registered{{"random_normal", validate, run}};

}  // namespace

}  // namespace lamina
