#include "optimizer.h"

namespace lamina {

namespace {

constexpr double kLargestDecay = 1e6;

/** count, decay; parameters in, the same out. */
void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 2, "2 attributes", std::to_string(checker.attributeCount()));
  checker.number(1, "decay", 0, kLargestDecay);
  checkOverwritten(checker);
}

/** Loshchilov and Hutter 2019, as in Keras 3: w -= w decay lr, besides what the gradient does. */
void run(const Context& context, const Arguments& arguments) {
  const auto decay = static_cast<float>(arguments.attributes[1]);
  const auto rate = static_cast<float>(context.learningRate);
  forOverwritten(context, arguments, [=](float* w, int64_t count) {
    vectorized(0, count, [=](int64_t i) LAMINA_BODY { w[i] -= w[i] * decay * rate; });
  });
}

const Registration update{{"weight_decay_update", validate, run}};

}  // namespace

}  // namespace lamina
