#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kMomentum, kOverwriteEvery, kEvery };

/** count, momentum, overwriteEvery, every; k parameters and k averages in, the same out. */
void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 4, "4 attributes", std::to_string(checker.attributeCount()));
  const auto count = static_cast<int>(checker.integer(kCount, "count", 1, kMaxParameters));
  checker.number(kMomentum, "momentum", 0, 1);
  checker.integer(kOverwriteEvery, "overwriteEvery", 0, 1 << 30);
  checker.integer(kEvery, "every", 1, kMaxParameters);
  checker.require(checker.inputCount() == 2 * count && checker.outputCount() == 2 * count,
                  std::to_string(2 * count) + " inputs and outputs",
                  std::to_string(checker.inputCount()) + " inputs and " + std::to_string(checker.outputCount()) + " outputs");
  for (int i = 0; i < 2 * count; ++i) {
    checker.sameShape("operand", checker.input(i), checker.input(i % count));
    checker.sameShape("result", checker.output(i), checker.input(i));
    checker.inPlace(i, i);
  }
}

/** Keras 3's use_ema: a = momentum a + (1 - momentum) w, a = w before the first update; every so many updates w = a. */
void run(const Context& context, const Arguments& arguments) {
  const uint64_t updates = context.iteration / static_cast<uint64_t>(arguments.attributes[kEvery]);
  const auto overwriteEvery = static_cast<uint64_t>(arguments.attributes[kOverwriteEvery]);
  const bool overwrites = overwriteEvery > 0 && (updates + 1) % overwriteEvery == 0;
  const auto momentum = updates == 0 ? 0.0F : static_cast<float>(arguments.attributes[kMomentum]);
  const float rest = 1 - momentum;
  const auto count = static_cast<int>(arguments.attributes[kCount]);
  for (int i = 0; i < count; ++i) {
    const float* const w = arguments.inputs[i].data;
    const float* const before = arguments.inputs[count + i].data;
    float* const kept = arguments.outputs[i].data;
    float* const average = arguments.outputs[count + i].data;
    forElements(context, arguments.inputs[i].count, [&](int64_t begin, int64_t end) {
      vectorized(begin, end, [=](int64_t e) LAMINA_BODY { average[e] = momentum * before[e] + rest * w[e]; });
      const float* const result = overwrites ? average : w;
      if (kept != result) vectorized(begin, end, [=](int64_t e) LAMINA_BODY { kept[e] = result[e]; });
    });
  }
}

const Registration update{{"weight_average_update", validate, run}};

}  // namespace

}  // namespace lamina
