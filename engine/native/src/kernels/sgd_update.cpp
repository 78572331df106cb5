#include "optimizer.h"

namespace lamina {

namespace {

enum Attribute { kCount, kMomentum, kNesterov };

void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 3, "3 attributes", std::to_string(checker.attributeCount()));
  const double momentum = checker.number(kMomentum, "momentum", 0, 1);
  checker.integer(kNesterov, "nesterov", 0, 1);
  checkUpdate(checker, momentum > 0 ? 1 : 0, 3);
}

/** Keras 3: v = momentum v - lr g, then w += v, or momentum v - lr g with Nesterov's look-ahead. */
void run(const Context& context, const Arguments& arguments) {
  const auto momentum = static_cast<float>(arguments.attributes[kMomentum]);
  const bool nesterov = arguments.attributes[kNesterov] != 0;
  const auto rate = static_cast<float>(context.learningRate);
  const int slots = arguments.attributes[kMomentum] > 0 ? 1 : 0;
  forUpdates(context, arguments, slots, [=](const Update& update, int64_t count) {
    float* const w = update.w;
    const float* const g = update.g;
    float* const v = update.slots[0];
    if (v == nullptr) {
      vectorized(0, count, [=](int64_t i) LAMINA_BODY { w[i] -= rate * g[i]; });
    } else if (nesterov) {
      vectorized(0, count, [=](int64_t i) LAMINA_BODY {
        const float step = rate * g[i];
        v[i] = momentum * v[i] - step;
        w[i] += momentum * v[i] - step;
      });
    } else {
      vectorized(0, count, [=](int64_t i) LAMINA_BODY {
        v[i] = momentum * v[i] - rate * g[i];
        w[i] += v[i];
      });
    }
  });
}

const Registration update{{"sgd_update", validate, run}};

}  // namespace

}  // namespace lamina
