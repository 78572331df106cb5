#include "convolution.h"
#include "dispatch.h"
#include "tiles.h"

namespace lamina {
namespace {

constexpr int kAttributes = 8;
/** Most parts that samples are cut into for the gradient of the weights. */
constexpr int64_t kParts = 16;

/** Kernels [height, width, channels, multiplier] over images. */
struct Depthwise {
  int64_t height, width, channels, outHeight, outWidth, multiplier, kernelHeight, kernelWidth;
  int64_t strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft;

  int64_t outputs() const { return channels * multiplier; }
  int64_t inputFloats() const { return height * width * channels; }
  int64_t outputFloats() const { return outHeight * outWidth * outputs(); }
  int64_t weights() const { return kernelHeight * kernelWidth * outputs(); }
};

void check(const Checker& checker, const Shape& x, const Shape& w, const Shape& y) {
  requireImages(checker, "input", x);
  requireImages(checker, "output", y);
  checker.require(w.rank == 4 && w.dims[0] > 0 && w.dims[1] > 0 && w.dims[2] == x.dims[3] && w.dims[3] > 0,
                  "weights [height, width, " + std::to_string(x.dims[3]) + ", multiplier]", formatShape(w));
  const char* const names[] = {"strideHeight", "strideWidth", "dilationHeight", "dilationWidth", "padTop", "padBottom", "padLeft", "padRight"};
  int64_t value[kAttributes];
  for (int i = 0; i < kAttributes; ++i) value[i] = checker.integer(i, names[i], i < kPadTop ? 1 : 0, kMostStep);
  const int64_t height = windowOutputs(x.dims[1], (w.dims[0] - 1) * value[kDilationHeight] + 1, value[kStrideHeight], value[kPadTop] + value[kPadBottom]);
  const int64_t width = windowOutputs(x.dims[2], (w.dims[1] - 1) * value[kDilationWidth] + 1, value[kStrideWidth], value[kPadLeft] + value[kPadRight]);
  const int64_t outputs = w.dims[2] * w.dims[3];
  checker.require(y.dims[1] == height && y.dims[2] == width && y.dims[3] == outputs,
                  "an output of " + std::to_string(height) + " x " + std::to_string(width) + " x " + std::to_string(outputs), formatShape(y));
}

Depthwise depthwiseOf(const Arguments& arguments, const Tensor& x, const Tensor& w, const Tensor& y) {
  const auto value = [&](int index) { return static_cast<int64_t>(arguments.attributes[index]); };
  return {x.dims[1], x.dims[2], x.dims[3], y.dims[1], y.dims[2], w.dims[3], w.dims[0], w.dims[1],
          value(kStrideHeight), value(kStrideWidth), value(kDilationHeight), value(kDilationWidth), value(kPadTop), value(kPadLeft)};
}

/** Calls visit(pixel of x, kernel position, pixel of y) for rows [first, end) of a sample's output, by kernel position within a pixel. */
template <class Visit> LAMINA_BODY inline void forTaps(const Depthwise& d, int64_t first, int64_t end, const Visit& visit) {
  for (int64_t row = first; row < end; ++row)
    for (int64_t column = 0; column < d.outWidth; ++column)
      for (int64_t i = 0; i < d.kernelHeight; ++i) {
        const int64_t v = row * d.strideHeight + i * d.dilationHeight - d.padTop;
        if (v < 0 || v >= d.height) continue;
        for (int64_t j = 0; j < d.kernelWidth; ++j) {
          const int64_t u = column * d.strideWidth + j * d.dilationWidth - d.padLeft;
          if (u >= 0 && u < d.width) visit(v * d.width + u, i * d.kernelWidth + j, row * d.outWidth + column);
        }
      }
}

void validate(Checker& checker) {
  checker.arity(3, 1, kAttributes);
  const Shape& w = checker.input(1);
  check(checker, checker.input(0), w, checker.output(0));
  if (checker.hasInput(2)) checker.vectorOf("bias", checker.input(2), w.dims[2] * w.dims[3]);
}

void run(const Context& context, const Arguments& arguments) {
  const Depthwise d = depthwiseOf(arguments, arguments.inputs[0], arguments.inputs[1], arguments.outputs[0]);
  const int64_t rowCost = d.outWidth * d.weights();
  const int64_t step = std::clamp<int64_t>(kTileElements / rowCost, 1, d.outHeight);
  const int64_t blocks = (d.outHeight + step - 1) / step;
  const float* w = arguments.inputs[1].data;
  const float* bias = arguments.inputs[2].data;
  parallelFor(context, context.samples * blocks, [&](int64_t task, int) {
    const int64_t sample = task / blocks, first = task % blocks * step, end = std::min(d.outHeight, first + step);
    const float* x = arguments.inputs[0].data + sample * d.inputFloats();
    float* y = arguments.outputs[0].data + sample * d.outputFloats();
    const Depthwise shape = d;
    dispatched([=]() LAMINA_BODY {
      const int64_t outputs = shape.outputs(), multiplier = shape.multiplier, channels = shape.channels;
      for (int64_t pixel = first * shape.outWidth; pixel < end * shape.outWidth; ++pixel)
        for (int64_t o = 0; o < outputs; ++o) y[pixel * outputs + o] = bias != nullptr ? bias[o] : 0.0f;
      forTaps(shape, first, end, [=](int64_t from, int64_t position, int64_t to) LAMINA_BODY {
        const float* in = x + from * channels;
        const float* kernel = w + position * outputs;
        float* out = y + to * outputs;
        if (multiplier == 1) {
          LAMINA_INDEPENDENT
          for (int64_t c = 0; c < channels; ++c) out[c] += in[c] * kernel[c];
          return;
        }
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t m = c * multiplier; m < (c + 1) * multiplier; ++m) out[m] += in[c] * kernel[m];
      });
    });
  });
}

void validateInput(Checker& checker) {
  checker.arity(2, 1, kAttributes);
  check(checker, checker.output(0), checker.input(1), checker.input(0));
}

void runInput(const Context& context, const Arguments& arguments) {
  const Depthwise d = depthwiseOf(arguments, arguments.outputs[0], arguments.inputs[1], arguments.inputs[0]);
  const float* w = arguments.inputs[1].data;
  parallelFor(context, context.samples, [&](int64_t sample, int) {
    const float* dy = arguments.inputs[0].data + sample * d.outputFloats();
    float* dx = arguments.outputs[0].data + sample * d.inputFloats();
    const Depthwise shape = d;
    dispatched([=]() LAMINA_BODY {
      const int64_t outputs = shape.outputs(), multiplier = shape.multiplier, channels = shape.channels;
      std::fill(dx, dx + shape.inputFloats(), 0.0f);
      forTaps(shape, 0, shape.outHeight, [=](int64_t to, int64_t position, int64_t from) LAMINA_BODY {
        const float* g = dy + from * outputs;
        const float* kernel = w + position * outputs;
        float* out = dx + to * channels;
        if (multiplier == 1) {
          LAMINA_INDEPENDENT
          for (int64_t c = 0; c < channels; ++c) out[c] += g[c] * kernel[c];
          return;
        }
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t m = c * multiplier; m < (c + 1) * multiplier; ++m) out[c] += g[m] * kernel[m];
      });
    });
  });
}

int64_t partFloats(int64_t weights, int64_t outputs) { return (weights + outputs + kAlignment - 1) / kAlignment * kAlignment; }

void validateParameter(Checker& checker) {
  checker.arity(2, 2, kAttributes);
  const Shape& dw = checker.output(0);
  check(checker, checker.input(0), dw, checker.input(1));
  const int64_t outputs = dw.dims[2] * dw.dims[3];
  if (checker.hasOutput(1)) checker.vectorOf("db", checker.output(1), outputs);
  checker.scratch(kParts * partFloats(dw.dims[0] * dw.dims[1] * outputs, outputs));
}

void runParameter(const Context& context, const Arguments& arguments) {
  const Tensor& dw = arguments.outputs[0];
  const Depthwise d = depthwiseOf(arguments, arguments.inputs[0], dw, arguments.inputs[1]);
  const int64_t parts = std::min(kParts, context.samples), size = d.weights() + d.outputs();
  const int64_t stride = partFloats(d.weights(), d.outputs());
  parallelFor(context, parts, [&](int64_t part, int) {
    float* sums = arguments.scratch + part * stride;
    std::fill(sums, sums + size, 0.0f);
    for (int64_t sample = context.samples * part / parts; sample < context.samples * (part + 1) / parts; ++sample) {
      const float* x = arguments.inputs[0].data + sample * d.inputFloats();
      const float* dy = arguments.inputs[1].data + sample * d.outputFloats();
      const Depthwise shape = d;
      dispatched([=]() LAMINA_BODY {
        const int64_t outputs = shape.outputs(), multiplier = shape.multiplier, channels = shape.channels;
        float* const bias = sums + shape.weights();
        for (int64_t pixel = 0; pixel < shape.outHeight * shape.outWidth; ++pixel) {
          LAMINA_INDEPENDENT
          for (int64_t o = 0; o < outputs; ++o) bias[o] += dy[pixel * outputs + o];
        }
        forTaps(shape, 0, shape.outHeight, [=](int64_t from, int64_t position, int64_t to) LAMINA_BODY {
          const float* in = x + from * channels;
          const float* g = dy + to * outputs;
          float* kernel = sums + position * outputs;
          if (multiplier == 1) {
            LAMINA_INDEPENDENT
            for (int64_t c = 0; c < channels; ++c) kernel[c] += in[c] * g[c];
            return;
          }
          for (int64_t c = 0; c < channels; ++c)
            for (int64_t m = c * multiplier; m < (c + 1) * multiplier; ++m) kernel[m] += in[c] * g[m];
        });
      });
    }
  });
  for (int64_t i = 0; i < size; ++i) {
    float sum = arguments.scratch[i];
    for (int64_t part = 1; part < parts; ++part) sum += arguments.scratch[part * stride + i];
    if (i < d.weights())
      dw.data[i] = sum;
    else if (arguments.outputs[1])
      arguments.outputs[1].data[i - d.weights()] = sum;
  }
}

const Registration forward{{"depthwise_conv2d", validate, run}};
const Registration input{{"depthwise_conv2d_input_gradient", validateInput, runInput}};
const Registration parameter{{"depthwise_conv2d_parameter_gradient", validateParameter, runParameter}};

}  // namespace
}  // namespace lamina
