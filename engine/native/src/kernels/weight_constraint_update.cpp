#include <cmath>

#include "optimizer.h"

namespace lamina {

namespace {

enum Kind { kNonNegative, kMaxNorm, kUnitNorm };

constexpr double kEpsilon = 1e-7;
constexpr double kLargestLimit = 1e30;

/** count, kind, limit; parameters in, the same out. */
void validate(Checker& checker) {
  checker.require(checker.attributeCount() == 3, "3 attributes", std::to_string(checker.attributeCount()));
  checker.integer(1, "kind", kNonNegative, kUnitNorm);
  checker.number(2, "limit", 0, kLargestLimit);
  checkOverwritten(checker);
}

/** Scales each column (the weights of one unit; a vector is one column) to the norm that the constraint wants. */
void constrainNorms(float* w, int64_t rows, int64_t columns, Kind kind, double limit) {
  for (int64_t c = 0; c < columns; ++c) {
    const double norm = std::sqrt(sumOf(0, rows, [=](int64_t r) {
      const double value = w[r * columns + c];
      return value * value;
    }));
    const double wanted = kind == kUnitNorm ? 1 : std::min(norm, limit);
    const auto factor = static_cast<float>(wanted / (kEpsilon + norm));
    for (int64_t r = 0; r < rows; ++r) w[r * columns + c] *= factor;
  }
}

/** Keras 3's NonNeg, MaxNorm and UnitNorm, norms over all axes but the last. */
void run(const Context& context, const Arguments& arguments) {
  const auto kind = static_cast<Kind>(static_cast<int>(arguments.attributes[1]));
  const double limit = arguments.attributes[2];
  if (kind == kNonNegative) {
    forOverwritten(context, arguments, [](float* w, int64_t count) {
      vectorized(0, count, [=](int64_t i) LAMINA_BODY { w[i] = w[i] < 0 ? 0.0f : w[i]; });
    });
    return;
  }
  parallelFor(context, arguments.inputCount, [&](int64_t i, int) {
    const Tensor& source = arguments.inputs[i];
    float* const w = arguments.outputs[i].data;
    if (w != source.data) std::memcpy(w, source.data, static_cast<size_t>(source.count) * sizeof(float));
    const int64_t columns = source.rank < 2 ? 1 : source.features();
    constrainNorms(w, source.count / columns, columns, kind, limit);
  });
}

const Registration update{{"weight_constraint_update", validate, run}};

}  // namespace

}  // namespace lamina
