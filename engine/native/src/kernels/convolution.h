#pragma once

#include "../conv/direct.h"
#include "dense.h"

namespace lamina {

/** Positions of the attributes that the ops of a two-dimensional convolution share, and of what may follow them. */
enum ConvolutionAttribute {
  kStrideHeight, kStrideWidth, kDilationHeight, kDilationWidth, kPadTop, kPadBottom, kPadLeft, kPadRight, kGroups, kActivation, kAlpha
};

constexpr int64_t kMostStep = 1 << 20;

/** Outputs along one axis of a window of `extent` positions. */
inline int64_t windowOutputs(int64_t size, int64_t extent, int64_t stride, int64_t padding) {
  return size + padding < extent ? 0 : (size + padding - extent) / stride + 1;
}

/** Checks images [N, height, width, channels]. */
inline void requireImages(const Checker& checker, const char* name, const Shape& shape) {
  bool sound = shape.rank == 4 && shape.dims[0] == -1;
  for (int i = 1; i < 4 && sound; ++i) sound = shape.dims[i] > 0;
  checker.require(sound, std::string(name) + " [N, height, width, channels]", formatShape(shape));
}

/** Checks attributes and operands x [N, H, W, C], w [kh, kw, C / groups, O], y [N, oh, ow, O] of a convolution against each other. */
inline Correlation checkedConvolution(const Checker& checker, const Shape& x, const Shape& w, const Shape& y) {
  requireImages(checker, "input", x);
  requireImages(checker, "output", y);
  bool sound = w.rank == 4;
  for (int i = 0; i < 4 && sound; ++i) sound = w.dims[i] > 0;
  checker.require(sound, "weights [height, width, inputs, outputs]", formatShape(w));
  const char* const names[] = {"strideHeight", "strideWidth", "dilationHeight", "dilationWidth", "padTop", "padBottom", "padLeft", "padRight", "groups"};
  int64_t value[9];
  for (int i = 0; i < 9; ++i) value[i] = checker.integer(i, names[i], i >= kPadTop && i <= kPadRight ? 0 : 1, kMostStep);
  const int64_t groups = value[kGroups];
  checker.require(w.dims[2] * groups == x.dims[3], "weights for " + std::to_string(x.dims[3]) + " channels in " + std::to_string(groups) + " groups",
                  formatShape(w));
  checker.require(w.dims[3] % groups == 0, "outputs divisible into " + std::to_string(groups) + " groups", formatShape(w));
  const int64_t height = windowOutputs(x.dims[1], (w.dims[0] - 1) * value[kDilationHeight] + 1, value[kStrideHeight], value[kPadTop] + value[kPadBottom]);
  const int64_t width = windowOutputs(x.dims[2], (w.dims[1] - 1) * value[kDilationWidth] + 1, value[kStrideWidth], value[kPadLeft] + value[kPadRight]);
  checker.require(y.dims[1] == height && y.dims[2] == width && y.dims[3] == w.dims[3],
                  "an output of " + std::to_string(height) + " x " + std::to_string(width) + " x " + std::to_string(w.dims[3]), formatShape(y));
  Correlation s{x.dims[1], x.dims[2], x.dims[3], height, width, w.dims[3], w.dims[0], w.dims[1]};
  s.strideHeight = value[kStrideHeight];
  s.strideWidth = value[kStrideWidth];
  s.dilationHeight = value[kDilationHeight];
  s.dilationWidth = value[kDilationWidth];
  s.padTop = value[kPadTop];
  s.padLeft = value[kPadLeft];
  s.groups = groups;
  return s;
}

/** The convolution of x with w that made y, from checked operands. */
inline Correlation convolutionOf(const Arguments& arguments, const Tensor& x, const Tensor& w, const Tensor& y) {
  Correlation s{x.dims[1], x.dims[2], x.dims[3], y.dims[1], y.dims[2], y.dims[3], w.dims[0], w.dims[1]};
  const auto value = [&](int index) { return static_cast<int64_t>(arguments.attributes[index]); };
  s.strideHeight = value(kStrideHeight);
  s.strideWidth = value(kStrideWidth);
  s.dilationHeight = value(kDilationHeight);
  s.dilationWidth = value(kDilationWidth);
  s.padTop = value(kPadTop);
  s.padLeft = value(kPadLeft);
  s.groups = value(kGroups);
  return s;
}

/** The correlation over dy, spread by the strides, with turned weights that gives the gradient of the convolution's input. */
inline Correlation inputGradientOf(const Correlation& s) {
  Correlation t{s.outHeight, s.outWidth, s.outChannels, s.inHeight, s.inWidth, s.inChannels, s.kernelHeight, s.kernelWidth};
  t.dilationHeight = s.dilationHeight;
  t.dilationWidth = s.dilationWidth;
  t.spreadHeight = s.strideHeight;
  t.spreadWidth = s.strideWidth;
  t.padTop = (s.kernelHeight - 1) * s.dilationHeight - s.padTop;
  t.padLeft = (s.kernelWidth - 1) * s.dilationWidth - s.padLeft;
  t.groups = s.groups;
  return t;
}

inline simd::Activation activationOf(const Arguments& arguments) {
  return static_cast<simd::Activation>(static_cast<int>(arguments.attributes[kActivation]));
}

}  // namespace lamina
