#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Kind { kValue, kNorm, kGlobalNorm };

constexpr double kLeastLimit = 1e-30;
constexpr double kLargestLimit = 1e30;

/** count, kind, limit; k gradients in, k out. */
void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 3, "3 attributes", std::to_string(checker.attributeCount()));
  checker.integer(1, "kind", kValue, kGlobalNorm);
  checker.number(2, "limit", kLeastLimit, kLargestLimit);
  checkOverwritten(checker);
  int64_t most = 0;
  for (int i = 0; i < checker.inputCount(); ++i)
    most = std::max(most, reductionTiles(checker.input(i).count(checker.capacity())));
  checker.scratch(2 * most);
}

double squaredNorm(const Context& context, const Arguments& arguments, int i) {
  const float* g = arguments.inputs[i].data;
  return reduceSum(context, arguments.inputs[i].count, arguments.scratch,
                   [=](int64_t e) { return static_cast<double>(g[e]) * g[e]; });
}

void scaleGradient(const Context& context, const Arguments& arguments, int i, float factor) {
  const float* g = arguments.inputs[i].data;
  float* out = arguments.outputs[i].data;
  forElements(context, arguments.inputs[i].count, [&](int64_t begin, int64_t end) {
    vectorized(begin, end, [=](int64_t e) LAMINA_BODY { out[e] = g[e] * factor; });
  });
}

/** Keras 3's clipvalue, clipnorm (each gradient by itself) and global_clipnorm (all together). */
void run(const Context& context, const Arguments& arguments) {
  const auto kind = static_cast<Kind>(static_cast<int>(arguments.attributes[1]));
  const double limit = arguments.attributes[2];
  const int count = arguments.inputCount;
  if (kind == kValue) {
    const auto most = static_cast<float>(limit);
    for (int i = 0; i < count; ++i) {
      const float* g = arguments.inputs[i].data;
      float* out = arguments.outputs[i].data;
      forElements(context, arguments.inputs[i].count, [&](int64_t begin, int64_t end) {
        vectorized(begin, end, [=](int64_t e) LAMINA_BODY { out[e] = g[e] > most ? most : g[e] < -most ? -most : g[e]; });
      });
    }
    return;
  }
  if (kind == kNorm) {
    for (int i = 0; i < count; ++i) {
      const double norm = std::sqrt(squaredNorm(context, arguments, i));
      scaleGradient(context, arguments, i, static_cast<float>(limit / std::max(norm, limit)));
    }
    return;
  }
  double total = 0;
  for (int i = 0; i < count; ++i) total += squaredNorm(context, arguments, i);
  const auto factor = static_cast<float>(limit / std::max(std::sqrt(total), limit));
  for (int i = 0; i < count; ++i) scaleGradient(context, arguments, i, factor);
}

const Registration update{{"clip_gradients", validate, run}};

}  // namespace

}  // namespace lamina
