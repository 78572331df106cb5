#include "../simd/math.h"
#include "pooling.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, kPoolingAttributes);
  checkPooling(checker, checker.input(0), checker.output(0));
}

/** y = the larger of y and x, and NaN where either is. */
LAMINA_BODY inline float larger(float y, float x) { return static_cast<int>(x > y) | static_cast<int>(x != x) ? x : y; }

/** The largest pixel of a window, channel by channel. */
LAMINA_BODY inline void largestOf(const Pooling& p, const float* image, const Clipped& window, float* largest) {
  const int64_t channels = p.channels;
  const float* corner = image + (window.top * p.width + window.left) * channels;
  LAMINA_INDEPENDENT
  for (int64_t c = 0; c < channels; ++c) largest[c] = corner[c];
  for (int64_t v = window.top; v < window.bottom; ++v)
    for (int64_t u = window.left; u < window.right; ++u) {
      const float* from = image + (v * p.width + u) * channels;
      LAMINA_INDEPENDENT
      for (int64_t c = 0; c < channels; ++c) largest[c] = larger(largest[c], from[c]);
    }
}

/** The four pixels of a whole window of 2 x 2. */
struct Square {
  int64_t at[4];
};

LAMINA_BODY inline Square squareOf(const Pooling& p, const Clipped& window) {
  const int64_t corner = (window.top * p.width + window.left) * p.channels, row = p.width * p.channels;
  return {{corner, corner + p.channels, corner + row, corner + row + p.channels}};
}

LAMINA_BODY inline bool isSquare(const Clipped& window) { return window.bottom - window.top == 2 && window.right - window.left == 2; }

void run(const Context& context, const Arguments& arguments) {
  const Pooling p = poolingOf(arguments, arguments.inputs[0], arguments.outputs[0]);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  const int64_t channels = p.channels;
  forOutputRows(context, p, p.outWidth * p.poolHeight * p.poolWidth * channels, [&](int64_t sample, int64_t first, int64_t end) {
    const float* image = x + sample * p.inputFloats();
    float* out = y + sample * p.outputFloats() + first * p.outWidth * channels;
    const Pooling pooling = p;
    dispatched([=]() LAMINA_BODY {
      float* to = out;
      for (int64_t row = first; row < end; ++row)
        for (int64_t column = 0; column < pooling.outWidth; ++column, to += channels) {
          const Clipped w = clip(pooling, row, column);
          if (!isSquare(w)) {
            largestOf(pooling, image, w, to);
            continue;
          }
          const Square square = squareOf(pooling, w);
          const float *a = image + square.at[0], *b = image + square.at[1], *c = image + square.at[2], *d = image + square.at[3];
          LAMINA_INDEPENDENT
          for (int64_t i = 0; i < channels; ++i) to[i] = larger(larger(larger(a[i], b[i]), c[i]), d[i]);
        }
    });
  });
}

void validateGradient(Checker& checker) {
  checker.arity(2, 1, kPoolingAttributes + 2);
  const Shape& x = checker.input(1);
  checkPooling(checker, x, checker.input(0));
  checker.sameShape("dx", checker.output(0), x);
  const simd::Activation activation = checkedActivation(checker, kPoolingAttributes);
  const float alpha = static_cast<float>(checker.number(kPoolingAttributes + 1, "alpha", -3e38, 3e38));
  checker.require(simd::hasGradientFromOutput(activation, alpha), "an activation whose derivative follows from its output",
                  "activation " + std::to_string(static_cast<int>(activation)) + " with alpha " + std::to_string(alpha));
  // Windows side by side are read before they are written; other activations look at the pixels once more.
  const auto step = [&](int index) { return checker.integer(index, "step", 1, kMostStep); };
  const bool side = step(0) == step(2) && step(1) == step(3);
  if (side && (activation == simd::Activation::linear || activation == simd::Activation::relu)) checker.inPlace(0, 1);
  checker.scratch(2 * x.dims[3] * checker.threads());
}

/** Clears the pixels below and to the right of all windows. */
void clearBorder(const Pooling& p, float* gradient) {
  const int64_t bottom = std::min(p.height, p.outHeight * p.strideHeight - p.padTop), right = std::min(p.width, p.outWidth * p.strideWidth - p.padLeft);
  if (right < p.width)
    for (int64_t row = 0; row < bottom; ++row)
      std::fill(gradient + (row * p.width + right) * p.channels, gradient + (row + 1) * p.width * p.channels, 0.0f);
  std::fill(gradient + bottom * p.width * p.channels, gradient + p.inputFloats(), 0.0f);
}

/** Gives each window's gradient to its first largest pixel: `rest`, what is not given away yet, goes to the first that equals the maximum. */
void runGradient(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[1];
  const Pooling p = poolingOf(arguments, x, arguments.inputs[0]);
  const float* dy = arguments.inputs[0].data;
  float* dx = arguments.outputs[0].data;
  const auto activation = static_cast<simd::Activation>(static_cast<int>(arguments.attributes[kPoolingAttributes]));
  const auto alpha = static_cast<float>(arguments.attributes[kPoolingAttributes + 1]);
  parallelFor(context, context.samples, [&](int64_t sample, int worker) {
    const float* image = x.data + sample * p.inputFloats();
    float* gradient = dx + sample * p.inputFloats();
    const float* above = dy + sample * p.outputFloats();
    float* rest = arguments.scratch + 2 * worker * p.channels;
    const Pooling pooling = p;
    const bool relu = activation == simd::Activation::relu;
    dispatched([=]() LAMINA_BODY {
      const int64_t channels = pooling.channels;
      const float* g = above;
      float* const most = rest + channels;
      const bool apart = pooling.apart();
      if (!pooling.tiles()) std::fill(gradient, gradient + pooling.inputFloats(), 0.0f);
      for (int64_t row = 0; row < pooling.outHeight; ++row)
        for (int64_t column = 0; column < pooling.outWidth; ++column, g += channels) {
          const Clipped w = clip(pooling, row, column);
          if (apart && isSquare(w)) {
            const Square square = squareOf(pooling, w);
            const float *a = image + square.at[0], *b = image + square.at[1], *c = image + square.at[2], *d = image + square.at[3];
            float *da = gradient + square.at[0], *db = gradient + square.at[1], *dc = gradient + square.at[2], *dd = gradient + square.at[3];
            LAMINA_INDEPENDENT
            for (int64_t i = 0; i < channels; ++i) {
              const float largest = larger(larger(larger(a[i], b[i]), c[i]), d[i]);
              const float whole = static_cast<int>(relu) & static_cast<int>(largest <= 0.0f) ? 0.0f : g[i];
              const float first = a[i] == largest ? whole : 0.0f, second = b[i] == largest ? whole - first : 0.0f;
              const float third = c[i] == largest ? whole - first - second : 0.0f;
              da[i] = first;
              db[i] = second;
              dc[i] = third;
              dd[i] = d[i] == largest ? whole - first - second - third : 0.0f;
            }
            continue;
          }
          largestOf(pooling, image, w, most);
          LAMINA_INDEPENDENT
          for (int64_t c = 0; c < channels; ++c) rest[c] = relu && most[c] <= 0.0f ? 0.0f : g[c];
          for (int64_t v = w.top; v < w.bottom; ++v)
            for (int64_t u = w.left; u < w.right; ++u) {
              const int64_t at = (v * pooling.width + u) * channels;
              const float* from = image + at;
              float* to = gradient + at;
              LAMINA_INDEPENDENT
              for (int64_t c = 0; c < channels; ++c) {
                const float share = from[c] == most[c] ? rest[c] : 0.0f;
                to[c] = apart ? share : to[c] + share;
                rest[c] -= share;
              }
            }
        }
    });
    if (p.tiles()) clearBorder(p, gradient);
    if (activation != simd::Activation::linear && !relu)
      simd::activationGradientFromOutput(activation, alpha, gradient, image, gradient, static_cast<size_t>(p.inputFloats()));
  });
}

const Registration forward{{"max_pool2d", validate, run}};
const Registration gradient{{"max_pool2d_gradient", validateGradient, runGradient}};

}  // namespace
}  // namespace lamina
