#include <cstring>

#include "convolution.h"
#include "tiles.h"

namespace lamina {
namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 2);
  const Shape& x = checker.input(0);
  requireImages(checker, "x", x);
  Shape wanted = x;
  wanted.dims[1] *= checker.integer(0, "height", 1, kMostStep);
  wanted.dims[2] *= checker.integer(1, "width", 1, kMostStep);
  checker.sameShape("y", checker.output(0), wanted);
}

/** Writes each row of the image once, pixel by pixel, and copies it. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  float* const y = arguments.outputs[0].data;
  const auto down = static_cast<int64_t>(arguments.attributes[0]), across = static_cast<int64_t>(arguments.attributes[1]);
  const int64_t width = x.dims[2], channels = x.dims[3], wide = width * across * channels;
  const auto pixelBytes = static_cast<size_t>(channels) * sizeof(float);
  forRows(context, x.dims[0] * x.dims[1], wide * down, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* const first = y + row * down * wide;
      const float* from = x.data + row * width * channels;
      for (int64_t i = 0; i < width * across; ++i) std::memcpy(first + i * channels, from + i / across * channels, pixelBytes);
      for (int64_t copy = 1; copy < down; ++copy) std::memcpy(first + copy * wide, first, static_cast<size_t>(wide) * sizeof(float));
    }
  });
}

const Registration registered{{"upsample2d", validate, run}};

}  // namespace
}  // namespace lamina
