#include <cstring>

#include "convolution.h"
#include "tiles.h"
#include "vectorize.h"

namespace lamina {
namespace {

enum Attribute {
  kStrideDepth, kVolumeStrideHeight, kVolumeStrideWidth, kDilationDepth, kVolumeDilationHeight, kVolumeDilationWidth,
  kPadFront, kPadBack, kVolumePadTop, kVolumePadBottom, kVolumePadLeft, kVolumePadRight, kVolumeGroups, kAttributes
};
constexpr const char* kNames[] = {"strideDepth", "strideHeight", "strideWidth", "dilationDepth", "dilationHeight", "dilationWidth", "padFront",
                                  "padBack", "padTop", "padBottom", "padLeft", "padRight", "groups"};

/** Floats of input planes that are gathered at a time. */
constexpr int64_t kGathered = 1 << 20;

int64_t aligned(int64_t floats) { return (floats + kAlignment - 1) / kAlignment * kAlignment; }

/**
 * A convolution of volumes as one of images: each plane of the output is a convolution of an image whose pixels hold the channels of all
 * planes under the kernel, by group and then by plane; the weights are laid out alike.
 */
struct Volume {
  Correlation plane;
  int64_t inDepth, outDepth, channels, kernelDepth, strideDepth, dilationDepth, padFront;

  /** Whether an image is a plane of the input as it lies. */
  bool flat() const { return kernelDepth == 1 && strideDepth == 1 && padFront == 0 && inDepth == outDepth; }
  int64_t pixels() const { return plane.inHeight * plane.inWidth; }
  int64_t sampleFloats() const { return inDepth * pixels() * channels; }
  int64_t outputFloats() const { return outDepth * plane.outHeight * plane.outWidth * plane.outChannels; }
  int64_t gatheredFloats() const { return flat() ? 0 : outDepth * pixels() * plane.inChannels; }
  int64_t positions() const { return plane.kernelHeight * plane.kernelWidth; }
  /** Neighbouring weights that stay together when they are laid out by plane. */
  int64_t block() const { return channels / plane.groups * plane.outChannels; }
  int64_t weights() const { return kernelDepth * positions() * block(); }
  /** Samples at a time: a function of shapes alone. */
  int64_t chunk(int64_t samples) const {
    return flat() ? samples : std::clamp<int64_t>(kGathered / gatheredFloats(), 1, samples);
  }
};

Volume volumeOf(const int64_t* x, const int64_t* w, const int64_t* y, const int64_t* value) {
  Correlation plane{x[2], x[3], x[4] * w[0], y[2], y[3], y[4], w[1], w[2]};
  plane.strideHeight = value[kVolumeStrideHeight];
  plane.strideWidth = value[kVolumeStrideWidth];
  plane.dilationHeight = value[kVolumeDilationHeight];
  plane.dilationWidth = value[kVolumeDilationWidth];
  plane.padTop = value[kVolumePadTop];
  plane.padLeft = value[kVolumePadLeft];
  plane.groups = value[kVolumeGroups];
  return {plane, x[1], y[1], x[4], w[0], value[kStrideDepth], value[kDilationDepth], value[kPadFront]};
}

void requireVolumes(const Checker& checker, const char* name, const Shape& shape) {
  bool sound = shape.rank == 5 && shape.dims[0] == -1;
  for (int i = 1; i < 5 && sound; ++i) sound = shape.dims[i] > 0;
  checker.require(sound, std::string(name) + " [N, depth, height, width, channels]", formatShape(shape));
}

/** Checks operands x [N, D, H, W, C], w [kd, kh, kw, C / groups, O], y [N, od, oh, ow, O] and attributes against each other. */
Volume checked(const Checker& checker, const Shape& x, const Shape& w, const Shape& y) {
  requireVolumes(checker, "input", x);
  requireVolumes(checker, "output", y);
  bool sound = w.rank == 5;
  for (int i = 0; i < 5 && sound; ++i) sound = w.dims[i] > 0;
  checker.require(sound, "weights [depth, height, width, inputs, outputs]", formatShape(w));
  int64_t value[kAttributes];
  for (int i = 0; i < kAttributes; ++i) value[i] = checker.integer(i, kNames[i], i >= kPadFront && i <= kVolumePadRight ? 0 : 1, kMostStep);
  const int64_t groups = value[kVolumeGroups];
  checker.require(w.dims[3] * groups == x.dims[4] && w.dims[4] % groups == 0, "weights of " + std::to_string(groups) + " groups", formatShape(w));
  for (int axis = 0; axis < 3; ++axis) {
    const int64_t extent = (w.dims[axis] - 1) * value[kDilationDepth + axis] + 1;
    const int64_t padding = value[kPadFront + 2 * axis] + value[kPadFront + 2 * axis + 1];
    const int64_t outputs = windowOutputs(x.dims[axis + 1], extent, value[kStrideDepth + axis], padding);
    checker.require(y.dims[axis + 1] == outputs, "an output of " + std::to_string(outputs) + " along axis " + std::to_string(axis + 1), formatShape(y));
  }
  checker.require(y.dims[4] == w.dims[4], std::to_string(w.dims[4]) + " outputs", formatShape(y));
  return volumeOf(x.dims, w.dims, y.dims, value);
}

Volume volumeOf(const Arguments& arguments, const Tensor& x, const Tensor& w, const Tensor& y) {
  int64_t value[kAttributes];
  for (int i = 0; i < kAttributes; ++i) value[i] = static_cast<int64_t>(arguments.attributes[i]);
  return volumeOf(x.dims, w.dims, y.dims, value);
}

/** Parts of the scratch memory, one behind the other. */
struct Scratch {
  float *images, *weights, *sums, *rest;
};

int64_t sumFloats(const Volume& v) { return aligned(v.weights()) + aligned(v.plane.outChannels); }

int64_t headFloats(const Volume& v, int64_t capacity) {
  return aligned(v.chunk(capacity) * v.gatheredFloats()) + aligned(v.weights()) + sumFloats(v);
}

Scratch divided(const Volume& v, int64_t capacity, float* scratch) {
  float* const weights = scratch + aligned(v.chunk(capacity) * v.gatheredFloats());
  float* const sums = weights + aligned(v.weights());
  return {scratch, weights, sums, sums + sumFloats(v)};
}

/** w [kd, kh kw, inputs, outputs] as [kh kw, kd, inputs, outputs]. */
void layOut(const Volume& v, const float* w, float* to) {
  const auto bytes = static_cast<size_t>(v.block()) * sizeof(float);
  for (int64_t position = 0; position < v.positions(); ++position)
    for (int64_t k = 0; k < v.kernelDepth; ++k, to += v.block()) std::memcpy(to, w + (k * v.positions() + position) * v.block(), bytes);
}

/** Images of `count` samples: rows of pixels that hold all planes under the kernel, zeros beyond the ends. */
void gather(const Context& context, const Volume& v, const float* x, int64_t count, float* images) {
  const int64_t width = v.plane.inWidth, height = v.plane.inHeight, own = v.channels / v.plane.groups;
  const auto bytes = static_cast<size_t>(own) * sizeof(float);
  forRows(context, count * v.outDepth * height, width * v.plane.inChannels, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t line = row % height, out = row / height % v.outDepth, sample = row / height / v.outDepth;
      float* const to = images + row * width * v.plane.inChannels;
      for (int64_t k = 0; k < v.kernelDepth; ++k) {
        const int64_t depth = out * v.strideDepth + k * v.dilationDepth - v.padFront;
        const bool inside = depth >= 0 && depth < v.inDepth;
        const float* from = x + ((sample * v.inDepth + (inside ? depth : 0)) * height + line) * width * v.channels;
        for (int64_t pixel = 0; pixel < width; ++pixel)
          for (int64_t group = 0; group < v.plane.groups; ++group) {
            float* const target = to + ((pixel * v.plane.groups + group) * v.kernelDepth + k) * own;
            if (inside) std::memcpy(target, from + pixel * v.channels + group * own, bytes);
            else std::memset(target, 0, bytes);
          }
      }
    }
  });
}

/** The reverse: each voxel is the sum, by kernel plane, of what images hold for it, plus its channel's bias. */
void scatter(const Context& context, const Volume& v, const float* images, int64_t count, const float* bias, float* x) {
  const int64_t width = v.plane.inWidth, height = v.plane.inHeight, own = v.channels / v.plane.groups, channels = v.channels;
  forRows(context, count * v.inDepth * height, width * v.plane.inChannels, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t line = row % height, depth = row / height % v.inDepth, sample = row / height / v.inDepth;
      float* const to = x + row * width * channels;
      for (int64_t pixel = 0; pixel < width; ++pixel)
        for (int64_t c = 0; c < channels; ++c) to[pixel * channels + c] = bias != nullptr ? bias[c] : 0.0f;
      for (int64_t k = 0; k < v.kernelDepth; ++k) {
        const int64_t at = depth + v.padFront - k * v.dilationDepth;
        if (at < 0 || at % v.strideDepth != 0 || at / v.strideDepth >= v.outDepth) continue;
        const float* from = images + ((sample * v.outDepth + at / v.strideDepth) * height + line) * width * v.plane.inChannels;
        for (int64_t run = 0; run < width * v.plane.groups; ++run) {
          const float* source = from + (run * v.kernelDepth + k) * own;
          float* target = to + run * own;
          vectorized(0, own, [=](int64_t c) LAMINA_BODY { target[c] += source[c]; });
        }
      }
    }
  });
}

/** Calls body(context of its images, first sample, samples) for one chunk after the other. */
template <class Body> void forChunks(const Context& context, const Volume& v, const Body& body) {
  const int64_t step = v.chunk(context.capacity);
  for (int64_t first = 0; first < context.samples; first += step) {
    const int64_t count = std::min(step, context.samples - first);
    Context images = context;
    images.samples = count * v.outDepth;
    images.capacity = step * v.outDepth;
    body(images, first, count);
  }
}

void validate(Checker& checker) {
  checker.arity(3, 1, kAttributes);
  const Volume v = checked(checker, checker.input(0), checker.input(1), checker.output(0));
  if (checker.hasInput(2)) checker.vectorOf("bias", checker.input(2), v.plane.outChannels);
  checker.scratch(headFloats(v, checker.capacity()) + correlateScratchFloats(v.plane, checker.threads()));
}

/** y = x correlated with w + b */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& y = arguments.outputs[0];
  const Volume v = volumeOf(arguments, x, arguments.inputs[1], y);
  const Scratch scratch = divided(v, context.capacity, arguments.scratch);
  layOut(v, arguments.inputs[1].data, scratch.weights);
  Epilogue epilogue;
  epilogue.bias = arguments.inputs[2].data;
  forChunks(context, v, [&](const Context& images, int64_t first, int64_t count) {
    const float* own = x.data + first * v.sampleFloats();
    if (!v.flat()) gather(context, v, own, count, scratch.images);
    correlate(images, v.plane, Weights::forward, v.flat() ? own : scratch.images, scratch.weights, y.data + first * v.outputFloats(), epilogue,
              scratch.rest);
  });
}

/** x = the gradient that dy, that of the convolution's output, gives to its input, plus a bias. */
void turn(const Context& context, const Arguments& arguments, const Tensor& dy, const float* bias, const Tensor& x) {
  const Tensor& w = arguments.inputs[1];
  const Volume v = volumeOf(arguments, x, w, dy);
  const Scratch scratch = divided(v, context.capacity, arguments.scratch);
  layOut(v, w.data, scratch.weights);
  Epilogue epilogue;
  if (v.flat()) epilogue.bias = bias;
  forChunks(context, v, [&](const Context& images, int64_t first, int64_t count) {
    float* own = x.data + first * v.sampleFloats();
    correlate(images, inputGradientOf(v.plane), Weights::turned, dy.data + first * v.outputFloats(), scratch.weights,
              v.flat() ? own : scratch.images, epilogue, scratch.rest);
    if (!v.flat()) scatter(context, v, scratch.images, count, bias, own);
  });
}

void validateTransposed(Checker& checker) {
  checker.arity(3, 1, kAttributes);
  const Volume v = checked(checker, checker.output(0), checker.input(1), checker.input(0));
  if (checker.hasInput(2)) checker.vectorOf("bias", checker.input(2), v.channels);
  checker.scratch(headFloats(v, checker.capacity()) + correlateScratchFloats(inputGradientOf(v.plane), checker.threads()));
}

void runTransposed(const Context& context, const Arguments& arguments) {
  turn(context, arguments, arguments.inputs[0], arguments.inputs[2].data, arguments.outputs[0]);
}

void validateInputGradient(Checker& checker) {
  checker.arity(2, 1, kAttributes);
  const Volume v = checked(checker, checker.output(0), checker.input(1), checker.input(0));
  checker.scratch(headFloats(v, checker.capacity()) + correlateScratchFloats(inputGradientOf(v.plane), checker.threads()));
}

void runInputGradient(const Context& context, const Arguments& arguments) {
  turn(context, arguments, arguments.inputs[0], nullptr, arguments.outputs[0]);
}

void validateParameterGradient(Checker& checker) {
  checker.arity(2, 2, kAttributes);
  const Volume v = checked(checker, checker.input(0), checker.output(0), checker.input(1));
  if (checker.hasOutput(1)) checker.vectorOf("db", checker.output(1), v.plane.outChannels);
  const int64_t images = v.chunk(checker.capacity()) * v.outDepth;
  checker.scratch(headFloats(v, checker.capacity()) + correlateWeightsScratchFloats(v.plane, images, checker.threads()));
}

/** The sums of each chunk are added in order, the weights back in their own layout. */
void runParameterGradient(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& dy = arguments.inputs[1];
  float* const dw = arguments.outputs[0].data;
  float* const db = arguments.outputs[1].data;
  const Volume v = volumeOf(arguments, x, arguments.outputs[0], dy);
  const Scratch scratch = divided(v, context.capacity, arguments.scratch);
  float* const biasSums = scratch.sums + aligned(v.weights());
  forChunks(context, v, [&](const Context& images, int64_t first, int64_t count) {
    const float* own = x.data + first * v.sampleFloats();
    if (!v.flat()) gather(context, v, own, count, scratch.images);
    correlateWeights(images, v.plane, v.flat() ? own : scratch.images, dy.data + first * v.outputFloats(), scratch.sums,
                     db != nullptr ? biasSums : nullptr, scratch.rest);
    const float* from = scratch.sums;
    for (int64_t position = 0; position < v.positions(); ++position)
      for (int64_t k = 0; k < v.kernelDepth; ++k, from += v.block()) {
        float* to = dw + (k * v.positions() + position) * v.block();
        for (int64_t i = 0; i < v.block(); ++i) to[i] = first == 0 ? from[i] : to[i] + from[i];
      }
    for (int64_t o = 0; db != nullptr && o < v.plane.outChannels; ++o) db[o] = first == 0 ? biasSums[o] : db[o] + biasSums[o];
  });
}

const Registration forward{{"conv3d", validate, run}};
const Registration transposed{{"conv3d_transpose", validateTransposed, runTransposed}};
const Registration inputGradient{{"conv3d_input_gradient", validateInputGradient, runInputGradient}};
const Registration parameterGradient{{"conv3d_parameter_gradient", validateParameterGradient, runParameterGradient}};

}  // namespace
}  // namespace lamina
