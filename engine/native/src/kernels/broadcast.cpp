#include <algorithm>

#include "spread.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 0);
  requireSpread(checker, "x", checker.input(0), checker.output(0));
}

void run(const Context& context, const Arguments& arguments) {
  const Spread spread(arguments.inputs[0], arguments.outputs[0]);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  forRows(context, context.samples, spread.whole, [&](int64_t begin, int64_t end) {
    for (int64_t sample = begin; sample < end; ++sample) {
      const float* from = x + sample * spread.part;
      float* to = y + sample * spread.whole;
      spread.forRuns([&](int64_t offset, int64_t place) {
        if (spread.kept) std::copy(from + place, from + place + spread.run, to + offset);
        else std::fill(to + offset, to + offset + spread.run, from[place]);
      });
    }
  });
}

const Registration registered{{"broadcast", validate, run}};

}  // namespace
}  // namespace lamina
