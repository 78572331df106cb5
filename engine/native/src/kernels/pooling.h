#pragma once

#include "convolution.h"
#include "dispatch.h"
#include "tiles.h"

namespace lamina {

/** Attributes of the pooling ops, in order. */
struct Pooling {
  int64_t height, width, channels, outHeight, outWidth;
  int64_t poolHeight, poolWidth, strideHeight, strideWidth, padTop, padLeft;

  int64_t inputFloats() const { return height * width * channels; }
  int64_t outputFloats() const { return outHeight * outWidth * channels; }
  /** Whether no two windows share a pixel. */
  bool apart() const { return strideHeight >= poolHeight && strideWidth >= poolWidth; }
  /** Whether the windows lie side by side, so that only pixels at the lower and the right border can be in none. */
  bool tiles() const { return strideHeight == poolHeight && strideWidth == poolWidth; }
};

constexpr int kPoolingAttributes = 8;

/** Checks images x and the pooled images y. */
inline void checkPooling(const Checker& checker, const Shape& x, const Shape& y) {
  requireImages(checker, "input", x);
  requireImages(checker, "output", y);
  const char* const names[] = {"poolHeight", "poolWidth", "strideHeight", "strideWidth", "padTop", "padBottom", "padLeft", "padRight"};
  int64_t value[kPoolingAttributes];
  for (int i = 0; i < kPoolingAttributes; ++i) {
    const int64_t most = i < 4 ? kMostStep : value[i < 6 ? 0 : 1] - 1;
    value[i] = checker.integer(i, names[i], i < 4 ? 1 : 0, most);
  }
  const int64_t height = windowOutputs(x.dims[1], value[0], value[2], value[4] + value[5]);
  const int64_t width = windowOutputs(x.dims[2], value[1], value[3], value[6] + value[7]);
  checker.require(y.dims[1] == height && y.dims[2] == width && y.dims[3] == x.dims[3],
                  "an output of " + std::to_string(height) + " x " + std::to_string(width) + " x " + std::to_string(x.dims[3]), formatShape(y));
}

inline Pooling poolingOf(const Arguments& arguments, const Tensor& x, const Tensor& y) {
  const auto value = [&](int index) { return static_cast<int64_t>(arguments.attributes[index]); };
  return {x.dims[1], x.dims[2], x.dims[3], y.dims[1], y.dims[2], value(0), value(1), value(2), value(3), value(4), value(6)};
}

/** A window cut to the image: rows [top, bottom) and columns [left, right). */
struct Clipped {
  int64_t top, bottom, left, right;
};

inline Clipped clip(const Pooling& p, int64_t row, int64_t column) {
  const int64_t top = row * p.strideHeight - p.padTop, left = column * p.strideWidth - p.padLeft;
  return {std::max<int64_t>(top, 0), std::min(top + p.poolHeight, p.height), std::max<int64_t>(left, 0), std::min(left + p.poolWidth, p.width)};
}

/** Calls body(sample, firstRow, endRow) over output rows of all samples; rows are independent. */
template <class Body> inline void forOutputRows(const Context& context, const Pooling& p, int64_t costPerRow, const Body& body) {
  const int64_t step = std::clamp<int64_t>(kTileElements / std::max<int64_t>(costPerRow, 1), 1, p.outHeight);
  const int64_t blocks = (p.outHeight + step - 1) / step;
  parallelFor(context, context.samples * blocks, [&](int64_t task, int) {
    const int64_t first = task % blocks * step;
    body(task / blocks, first, std::min(p.outHeight, first + step));
  });
}

}  // namespace lamina
