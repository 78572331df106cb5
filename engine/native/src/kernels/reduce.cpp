#include <algorithm>
#include <limits>

#include "../simd/math.h"
#include "spread.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 0);
  requireSpread(checker, "y", checker.output(0), checker.input(0));
}

void sum(const Context& context, const Arguments& arguments) {
  const Spread spread(arguments.outputs[0], arguments.inputs[0]);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  forRows(context, context.samples, spread.whole, [&](int64_t begin, int64_t end) {
    for (int64_t sample = begin; sample < end; ++sample) {
      const float* from = x + sample * spread.whole;
      float* to = y + sample * spread.part;
      std::fill(to, to + spread.part, 0.0f);
      spread.forRuns([&](int64_t offset, int64_t place) {
        const float* run = from + offset;
        float* target = to + place;
        if (spread.kept)
          vectorized(0, spread.run, [=](int64_t i) LAMINA_BODY { target[i] += run[i]; });
        else
          *target += static_cast<float>(wideSumOf(0, spread.run, [=](int64_t i) LAMINA_BODY { return static_cast<double>(run[i]); }));
      });
    }
  });
}

/** The larger of both; not a number when either is none. */
LAMINA_BODY inline float larger(float a, float b) { return a > b || a != a ? a : b; }

void largest(const Context& context, const Arguments& arguments) {
  const Spread spread(arguments.outputs[0], arguments.inputs[0]);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  forRows(context, context.samples, spread.whole, [&](int64_t begin, int64_t end) {
    for (int64_t sample = begin; sample < end; ++sample) {
      const float* from = x + sample * spread.whole;
      float* to = y + sample * spread.part;
      std::fill(to, to + spread.part, -std::numeric_limits<float>::infinity());
      spread.forRuns([&](int64_t offset, int64_t place) {
        const float* run = from + offset;
        float* target = to + place;
        if (spread.kept)
          vectorized(0, spread.run, [=](int64_t i) LAMINA_BODY { target[i] = larger(target[i], run[i]); });
        else
          *target = larger(*target, simd::largest(run, static_cast<size_t>(spread.run)));
      });
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(3, 1, 0);
  requireSpread(checker, "y", checker.input(2), checker.input(1));
  checker.sameShape("dy", checker.input(0), checker.input(2));
  checker.sameShape("dx", checker.output(0), checker.input(1));
  checker.scratch(static_cast<int64_t>(checker.threads()) * checker.input(2).product(1, checker.input(2).rank));
}

void gradient(const Context& context, const Arguments& arguments) {
  const Spread spread(arguments.inputs[2], arguments.inputs[1]);
  const float *dy = arguments.inputs[0].data, *x = arguments.inputs[1].data, *y = arguments.inputs[2].data;
  float* dx = arguments.outputs[0].data;
  parallelFor(context, context.samples, [&](int64_t sample, int worker) {
    const float* from = x + sample * spread.whole;
    const float *top = y + sample * spread.part, *given = dy + sample * spread.part;
    float* to = dx + sample * spread.whole;
    float* counts = arguments.scratch + worker * spread.part;
    std::fill(counts, counts + spread.part, 0.0f);
    spread.forRuns([&](int64_t offset, int64_t place) {
      for (int64_t i = 0; i < spread.run; ++i) {
        const int64_t at = spread.kept ? place + i : place;
        if (from[offset + i] == top[at]) counts[at] += 1;
      }
    });
    spread.forRuns([&](int64_t offset, int64_t place) {
      for (int64_t i = 0; i < spread.run; ++i) {
        const int64_t at = spread.kept ? place + i : place;
        to[offset + i] = from[offset + i] == top[at] ? given[at] / counts[at] : 0.0f;
      }
    });
  });
}

const Registration sums{{"reduce_sum", validate, sum}};
const Registration maxima{{"reduce_max", validate, largest}};
const Registration gradients{{"reduce_max_gradient", validateGradient, gradient}};

}  // namespace
}  // namespace lamina
