#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kEvery };

/** count, every; k sums, then k gradients in, k sums out. */
void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 2, "2 attributes", std::to_string(checker.attributeCount()));
  const auto count = static_cast<int>(checker.integer(kCount, "count", 1, kMaxParameters));
  checker.integer(kEvery, "every", 1, kMaxParameters);
  checker.require(checker.inputCount() == 2 * count && checker.outputCount() == count,
                  std::to_string(2 * count) + " inputs and " + std::to_string(count) + " outputs",
                  std::to_string(checker.inputCount()) + " inputs and " + std::to_string(checker.outputCount()) + " outputs");
  for (int i = 0; i < count; ++i) {
    checker.sameShape("gradient", checker.input(count + i), checker.input(i));
    checker.sameShape("new sum", checker.output(i), checker.input(i));
    checker.inPlace(i, i);
  }
}

/** Keras 3's gradient_accumulation_steps: sums that begin anew every `every` steps and are means after the last of them. */
void run(const Context& context, const Arguments& arguments) {
  const auto every = static_cast<uint64_t>(arguments.attributes[kEvery]);
  const bool first = context.iteration % every == 0;
  const bool last = (context.iteration + 1) % every == 0;
  const auto count = static_cast<int>(arguments.attributes[kCount]);
  const float divisor = last ? static_cast<float>(every) : 1.0F;
  for (int i = 0; i < count; ++i) {
    const float* const before = arguments.inputs[i].data;
    const float* const g = arguments.inputs[count + i].data;
    float* const sum = arguments.outputs[i].data;
    forElements(context, arguments.inputs[i].count, [&](int64_t begin, int64_t end) {
      if (first)
        vectorized(begin, end, [=](int64_t e) LAMINA_BODY { sum[e] = g[e] / divisor; });
      else
        vectorized(begin, end, [=](int64_t e) LAMINA_BODY { sum[e] = (before[e] + g[e]) / divisor; });
    });
  }
}

const Registration update{{"accumulate_gradients", validate, run}};

}  // namespace

}  // namespace lamina
