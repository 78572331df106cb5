#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.require(checker.inputCount() >= 2 && checker.outputCount() == 1 && checker.attributeCount() == 0,
                  "2 or more inputs, 1 output, 0 attributes",
                  std::to_string(checker.inputCount()) + " inputs, " + std::to_string(checker.outputCount()) + " outputs, " +
                      std::to_string(checker.attributeCount()) + " attributes");
  for (int i = 0; i < checker.inputCount(); ++i) checker.sameShape("every input", checker.input(i), checker.output(0));
  // The first two terms are read before the output is written; later terms after.
  checker.inPlace(0, 0);
  checker.inPlace(0, 1);
}

void run(const Context& context, const Arguments& arguments) {
  const float* a = arguments.inputs[0].data;
  const float* b = arguments.inputs[1].data;
  float* y = arguments.outputs[0].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    vectorized(begin, end, [=](int64_t i) LAMINA_BODY { y[i] = a[i] + b[i]; });
    for (int term = 2; term < arguments.inputCount; ++term) {
      const float* next = arguments.inputs[term].data;
      vectorized(begin, end, [=](int64_t i) LAMINA_BODY { y[i] += next[i]; });
    }
  });
}

const Registration forward{{"add", validate, run}};

}  // namespace

}  // namespace lamina
