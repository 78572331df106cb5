#include <cmath>

#include "../simd/math.h"
#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** Exponentials taken at a time. */
constexpr int64_t kChunk = 256;

void validate(Checker& checker) {
  checker.arity(1, 1, 0);
  requireFeatures(checker, "x", checker.input(0));
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.elementwise();
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  float* const y = arguments.outputs[0].data;
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    float powers[kChunk];
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * columns;
      float* out = y + row * columns;
      const float most = simd::largest(in, static_cast<size_t>(columns));
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY { out[c] = in[c] - most; });
      double sum = 0;
      for (int64_t first = 0; first < columns; first += kChunk) {
        const int64_t count = std::min(kChunk, columns - first);
        simd::vexp(out + first, powers, static_cast<size_t>(count));
        sum += wideSumOf(0, count, [&](int64_t c) LAMINA_BODY { return static_cast<double>(powers[c]); });
      }
      const auto logarithm = static_cast<float>(std::log(sum));
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY { out[c] -= logarithm; });
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(2, 1, 0);
  requireFeatures(checker, "y", checker.input(1));
  checker.sameShape("dy", checker.input(0), checker.input(1));
  checker.sameShape("output", checker.output(0), checker.input(1));
  checker.elementwise();
}

void runGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[0].data;
  const Tensor& y = arguments.inputs[1];
  float* const dx = arguments.outputs[0].data;
  const int64_t columns = y.features();
  forRows(context, y.rows(), columns, [&](int64_t begin, int64_t end) {
    float powers[kChunk];
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = row * columns;
      const auto total = static_cast<float>(wideSumOf(at, at + columns, [&](int64_t i) LAMINA_BODY { return static_cast<double>(dy[i]); }));
      for (int64_t first = 0; first < columns; first += kChunk) {
        const int64_t count = std::min(kChunk, columns - first);
        simd::vexp(y.data + at + first, powers, static_cast<size_t>(count));
        const float* gradient = dy + at + first;
        const float* power = powers;
        float* out = dx + at + first;
        vectorized(0, count, [=](int64_t c) LAMINA_BODY { out[c] = gradient[c] - power[c] * total; });
      }
    }
  });
}

const Registration forward{{"log_softmax", validate, run}};
const Registration gradient{{"log_softmax_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
