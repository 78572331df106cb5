#include "mask.h"
#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** Features whose float64 sums are kept on the stack at once. */
constexpr int64_t kBlock = 64;

void checkSequences(const Checker& checker, const Shape& x, const Shape& y) {
  checker.require(x.rank == 3 && x.dims[0] == -1 && x.dims[1] > 0 && x.dims[2] > 0, "sequences [N, steps, features]", formatShape(x));
  const Shape wanted{2, {-1, x.dims[2]}};
  checker.sameShape("the mean", y, wanted);
  if (!checker.hasInput(1)) return;
  Shape steps = x;
  steps.rank = 2;
  checker.sameShape("mask", checker.input(1), steps);
}

int64_t countOf(const float* mask, int64_t steps) {
  int64_t count = 0;
  for (int64_t t = 0; t < steps; ++t) count += countsAt(mask, t) ? 1 : 0;
  return count;
}

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  checkSequences(checker, checker.input(0), checker.output(0));
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const float* const masks = arguments.inputs[1].data;
  float* const y = arguments.outputs[0].data;
  const int64_t steps = x.dims[1], columns = x.dims[2];
  forRows(context, x.dims[0], steps * columns, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const float* const mask = masks == nullptr ? nullptr : masks + n * steps;
      const int64_t kept = countOf(mask, steps);
      const double factor = kept == 0 ? 0 : 1.0 / static_cast<double>(kept);
      for (int64_t first = 0; first < columns; first += kBlock) {
        const int64_t width = std::min(kBlock, columns - first);
        double sums[kBlock] = {};
        for (int64_t t = 0; t < steps; ++t) {
          if (!countsAt(mask, t)) continue;
          const float* const in = x.data + (n * steps + t) * columns + first;
          double* const sum = sums;
          vectorized(0, width, [=](int64_t c) LAMINA_BODY { sum[c] += in[c]; });
        }
        for (int64_t c = 0; c < width; ++c) y[n * columns + first + c] = static_cast<float>(sums[c] * factor);
      }
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(2, 1, 0);
  checkSequences(checker, checker.output(0), checker.input(0));
}

void runGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[0].data;
  const float* const masks = arguments.inputs[1].data;
  const Tensor& dx = arguments.outputs[0];
  const int64_t steps = dx.dims[1], columns = dx.dims[2];
  forRows(context, dx.dims[0], steps * columns, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const float* const mask = masks == nullptr ? nullptr : masks + n * steps;
      const float* const gradient = dy + n * columns;
      const auto kept = static_cast<float>(countOf(mask, steps));
      for (int64_t t = 0; t < steps; ++t) {
        float* const out = dx.data + (n * steps + t) * columns;
        if (countsAt(mask, t))
          vectorized(0, columns, [=](int64_t c) LAMINA_BODY { out[c] = gradient[c] / kept; });
        else
          std::fill(out, out + columns, 0.0f);
      }
    }
  });
}

const Registration forward{{"masked_mean", validate, run}};
const Registration gradient{{"masked_mean_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
