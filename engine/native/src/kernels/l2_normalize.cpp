#include <cmath>

#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** The least length that a row is divided by, as in Keras. */
constexpr double kLeastNorm = 1e-7;

double normOf(const float* x, int64_t columns) {
  return std::sqrt(sumOf(0, columns, [=](int64_t c) { return static_cast<double>(x[c]) * x[c]; }));
}

void validate(Checker& checker) {
  checker.arity(1, 1, 0);
  requireFeatures(checker, "x", checker.input(0));
  checker.sameShape("y", checker.output(0), checker.input(0));
  checker.inPlace(0, 0);
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  float* const y = arguments.outputs[0].data;
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* const in = x.data + row * columns;
      float* const out = y + row * columns;
      const double factor = 1 / std::max(kLeastNorm, normOf(in, columns));
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY { out[c] = static_cast<float>(in[c] * factor); });
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(2, 1, 0);
  requireFeatures(checker, "x", checker.input(1));
  checker.sameShape("dy", checker.input(0), checker.input(1));
  checker.sameShape("dx", checker.output(0), checker.input(1));
  checker.inPlace(0, 0);
  checker.inPlace(0, 1);
}

/** dx = (dy - x (dy x) / norm²) / norm; dy over the least norm where the length is below it. */
void runGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[0].data;
  const Tensor& x = arguments.inputs[1];
  float* const dx = arguments.outputs[0].data;
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* const in = x.data + row * columns;
      const float* const gradient = dy + row * columns;
      float* const out = dx + row * columns;
      const double norm = normOf(in, columns);
      const bool free = norm < kLeastNorm;
      const double factor = 1 / std::max(kLeastNorm, norm);
      const double product =
          free ? 0 : factor * factor * sumOf(0, columns, [=](int64_t c) { return static_cast<double>(gradient[c]) * in[c]; });
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY { out[c] = static_cast<float>((gradient[c] - in[c] * product) * factor); });
    }
  });
}

const Registration forward{{"l2_normalize", validate, run}};
const Registration gradient{{"l2_normalize_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
