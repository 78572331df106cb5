#include "axis.h"
#include "vectorize.h"

namespace lamina {

namespace {

constexpr int64_t kMostFactor = 1 << 20;

/** What a position of the longer axis is made of: (1 - share) low + share high. */
struct Neighbours {
  int64_t low, high;
  float share;
};

/** Half-pixel centres, ends repeated. */
Neighbours neighbours(int64_t i, int64_t factor, int64_t length) {
  const double position = std::clamp((static_cast<double>(i) + 0.5) / static_cast<double>(factor) - 0.5, 0.0, static_cast<double>(length - 1));
  const auto low = static_cast<int64_t>(position);
  return {low, std::min(low + 1, length - 1), static_cast<float>(position - static_cast<double>(low))};
}

void check(const Checker& checker, const Shape& shorter, const char* name, const Shape& longer) {
  const int axis = checkAxis(checker, shorter);
  Shape wanted = shorter;
  wanted.dims[axis] *= checker.integer(1, "factor", 1, kMostFactor);
  checker.sameShape(name, longer, wanted);
}

void validate(Checker& checker) {
  checker.arity(1, 1, 2);
  check(checker, checker.input(0), "y", checker.output(0));
}

void run(const Context& context, const Arguments& arguments) {
  const auto axis = static_cast<int>(arguments.attributes[0]);
  const auto factor = static_cast<int64_t>(arguments.attributes[1]);
  const Tensor& x = arguments.inputs[0];
  float* y = arguments.outputs[0].data;
  const int64_t length = x.dims[axis], inner = stride(x, axis + 1);
  forRows(context, outer(x, axis) * length * factor, inner, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Neighbours from = neighbours(row % (length * factor), factor, length);
      const float* plane = x.data + row / (length * factor) * length * inner;
      const float* low = plane + from.low * inner;
      const float* high = plane + from.high * inner;
      float* out = y + row * inner;
      vectorized(0, inner, [=, share = from.share](int64_t c) LAMINA_BODY { out[c] = low[c] + share * (high[c] - low[c]); });
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(1, 1, 2);
  check(checker, checker.output(0), "dy", checker.input(0));
}

/** Each row of dy is shared out in order. */
void runGradient(const Context& context, const Arguments& arguments) {
  const auto axis = static_cast<int>(arguments.attributes[0]);
  const auto factor = static_cast<int64_t>(arguments.attributes[1]);
  const Tensor& dx = arguments.outputs[0];
  const float* dy = arguments.inputs[0].data;
  const int64_t length = dx.dims[axis], inner = stride(dx, axis + 1);
  forRows(context, outer(dx, axis), length * factor * inner, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      float* const to = dx.data + plane * length * inner;
      std::fill(to, to + length * inner, 0.0f);
      for (int64_t i = 0; i < length * factor; ++i) {
        const Neighbours from = neighbours(i, factor, length);
        const float* gradient = dy + (plane * length * factor + i) * inner;
        float* low = to + from.low * inner;
        float* high = to + from.high * inner;
        vectorized(0, inner, [=, share = from.share](int64_t c) LAMINA_BODY { low[c] += (1.0f - share) * gradient[c]; });
        vectorized(0, inner, [=, share = from.share](int64_t c) LAMINA_BODY { high[c] += share * gradient[c]; });
      }
    }
  });
}

const Registration forward{{"interpolate", validate, run}};
const Registration gradient{{"interpolate_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
