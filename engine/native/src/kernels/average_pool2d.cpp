#include "pooling.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, kPoolingAttributes);
  checkPooling(checker, checker.input(0), checker.output(0));
}

void run(const Context& context, const Arguments& arguments) {
  const Pooling p = poolingOf(arguments, arguments.inputs[0], arguments.outputs[0]);
  const float* x = arguments.inputs[0].data;
  float* y = arguments.outputs[0].data;
  forOutputRows(context, p, p.outWidth * p.poolHeight * p.poolWidth * p.channels, [&](int64_t sample, int64_t first, int64_t end) {
    const float* image = x + sample * p.inputFloats();
    float* out = y + sample * p.outputFloats() + first * p.outWidth * p.channels;
    const Pooling pooling = p;
    dispatched([=]() LAMINA_BODY {
      const int64_t channels = pooling.channels;
      float* to = out;
      for (int64_t row = first; row < end; ++row)
        for (int64_t column = 0; column < pooling.outWidth; ++column, to += channels) {
          const Clipped w = clip(pooling, row, column);
          std::fill(to, to + channels, 0.0f);
          for (int64_t v = w.top; v < w.bottom; ++v)
            for (int64_t u = w.left; u < w.right; ++u) {
              const float* from = image + (v * pooling.width + u) * channels;
              LAMINA_INDEPENDENT
              for (int64_t c = 0; c < channels; ++c) to[c] += from[c];
            }
          const float pixels = static_cast<float>((w.bottom - w.top) * (w.right - w.left));
          LAMINA_INDEPENDENT
          for (int64_t c = 0; c < channels; ++c) to[c] /= pixels;
        }
    });
  });
}

void validateGradient(Checker& checker) {
  checker.arity(1, 1, kPoolingAttributes);
  checkPooling(checker, checker.output(0), checker.input(0));
  checker.scratch(checker.output(0).dims[3] * checker.threads());
}

void runGradient(const Context& context, const Arguments& arguments) {
  const Pooling p = poolingOf(arguments, arguments.outputs[0], arguments.inputs[0]);
  const float* dy = arguments.inputs[0].data;
  float* dx = arguments.outputs[0].data;
  parallelFor(context, context.samples, [&](int64_t sample, int worker) {
    float* gradient = dx + sample * p.inputFloats();
    const float* above = dy + sample * p.outputFloats();
    float* share = arguments.scratch + worker * p.channels;
    const Pooling pooling = p;
    dispatched([=]() LAMINA_BODY {
      const int64_t channels = pooling.channels;
      const float* g = above;
      std::fill(gradient, gradient + pooling.inputFloats(), 0.0f);
      for (int64_t row = 0; row < pooling.outHeight; ++row)
        for (int64_t column = 0; column < pooling.outWidth; ++column, g += channels) {
          const Clipped w = clip(pooling, row, column);
          const float pixels = static_cast<float>((w.bottom - w.top) * (w.right - w.left));
          LAMINA_INDEPENDENT
          for (int64_t c = 0; c < channels; ++c) share[c] = g[c] / pixels;
          for (int64_t v = w.top; v < w.bottom; ++v)
            for (int64_t u = w.left; u < w.right; ++u) {
              float* to = gradient + (v * pooling.width + u) * channels;
              LAMINA_INDEPENDENT
              for (int64_t c = 0; c < channels; ++c) to[c] += share[c];
            }
        }
    });
  });
}

const Registration forward{{"average_pool2d", validate, run}};
const Registration gradient{{"average_pool2d_gradient", validateGradient, runGradient}};

}  // namespace
}  // namespace lamina
