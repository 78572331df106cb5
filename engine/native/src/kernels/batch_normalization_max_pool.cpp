#include "batch_normalization.h"
#include "pooling.h"

namespace lamina {

namespace {

using B = BatchNormalization;

/** Pixels of a window whose contributions are added in float32. */
constexpr int64_t kWindows = 8;

enum GradientInput { kDy, kX, kGamma, kBeta, kMean, kInverseDeviation };
enum GradientOutput { kDx, kDgamma, kDbeta };

/** Images and what is made of them: one pixel of every 2 x 2. */
struct Halved {
  int64_t height, width, channels, outHeight, outWidth;

  int64_t row() const { return width * channels; }
  int64_t outRow() const { return outWidth * channels; }
};

void checkHalves(const Checker& checker, const Shape& x, const Shape& y) {
  requireImages(checker, "input", x);
  requireImages(checker, "output", y);
  checker.require(y.dims[1] == x.dims[1] / 2 && y.dims[2] == x.dims[2] / 2 && y.dims[3] == x.dims[3],
                  "an output of " + std::to_string(x.dims[1] / 2) + " x " + std::to_string(x.dims[2] / 2) + " x " + std::to_string(x.dims[3]),
                  formatShape(y));
}

Halved halvedOf(const Tensor& x, const Tensor& y) { return {x.dims[1], x.dims[2], x.dims[3], y.dims[1], y.dims[2]}; }

/** Rows of output of a tile: a function of shapes alone. */
int64_t tileRows(int64_t outWidth, int64_t channels) { return std::max<int64_t>(1, kTileElements / (4 * outWidth * channels)); }

int64_t tilesOf(int64_t rows, int64_t outWidth, int64_t channels) {
  const int64_t step = tileRows(outWidth, channels);
  return (rows + step - 1) / step;
}

/** Calls body(begin, end, worker, tile) over the rows of output of all samples. */
template <class Body> void forTiles(const Context& context, const Halved& halved, const Body& body) {
  const int64_t rows = context.samples * halved.outHeight, step = tileRows(halved.outWidth, halved.channels);
  parallelFor(context, (rows + step - 1) / step,
              [&](int64_t tile, int worker) { body(tile * step, std::min(rows, (tile + 1) * step), worker, tile); });
}

/** Where the 2 x 2 pixels of the first window of output row `row` of all samples begin. */
LAMINA_BODY inline int64_t cornerOf(const Halved& halved, int64_t row) {
  return (row / halved.outHeight * halved.height + row % halved.outHeight * 2) * halved.row();
}

LAMINA_BODY inline float larger(float y, float x) { return static_cast<int>(x > y) | static_cast<int>(x != x) ? x : y; }

/** How a channel is normalised. */
struct Normal {
  const float *mean, *scale, *shift;
};

LAMINA_BODY inline float normalized(float x, float mean, float scale, float shift) { return (x - mean) * scale + shift; }

/** beta, or zeros in its place. */
const float* shiftOf(const float* beta, int64_t channels, float* place) {
  if (beta != nullptr) return beta;
  std::fill(place, place + channels, 0.0f);
  return place;
}

void validate(Checker& checker) {
  checkBatchNormalization(checker);
  checker.integer(B::kActivation, "activation", 0, static_cast<int>(simd::Activation::relu));
  const Shape& x = checker.input(B::kX);
  checkHalves(checker, x, checker.output(B::kY));
  checker.scratch(channelScratch(checker, x, 2) + 2 * x.features());
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[B::kX];
  const Halved halved = halvedOf(x, arguments.outputs[B::kY]);
  float* const scale = takeStatistics(context, arguments);
  const float* const mean = arguments.outputs[B::kMean].data;
  const float* const shift = shiftOf(arguments.inputs[B::kBeta].data, halved.channels, scale + halved.channels);
  float* const y = arguments.outputs[B::kY].data;
  const bool relu = arguments.attributes[B::kActivation] != 0;
  forTiles(context, halved, [&](int64_t begin, int64_t end, int, int64_t) {
    const float* const data = x.data;
    const Halved shape = halved;
    dispatched([=]() LAMINA_BODY {
      const int64_t channels = shape.channels;
      for (int64_t row = begin; row < end; ++row) {
        const float* a = data + cornerOf(shape, row);
        float* out = y + row * shape.outRow();
        for (int64_t column = 0; column < shape.outWidth; ++column, a += 2 * channels, out += channels) {
          const float *const b = a + channels, *const c = a + shape.row(), *const d = c + channels;
          LAMINA_INDEPENDENT
          for (int64_t i = 0; i < channels; ++i) {
            const float m = mean[i], s = scale[i], t = shift[i];
            const float upper = larger(normalized(a[i], m, s, t), normalized(b[i], m, s, t));
            const float largest = larger(larger(upper, normalized(c[i], m, s, t)), normalized(d[i], m, s, t));
            out[i] = relu && largest <= 0.0f ? 0.0f : largest;
          }
        }
      }
    });
  });
}

void validateGradient(Checker& checker) {
  checker.arity(6, 3, 1);
  const Shape& x = checker.input(kX);
  const int64_t channels = checkChannels(checker, x);
  checkHalves(checker, x, checker.input(kDy));
  checkOptionalVector(checker, "gamma", kGamma, channels);
  checkOptionalVector(checker, "beta", kBeta, channels);
  checker.vectorOf("mean", checker.input(kMean), channels);
  checker.vectorOf("inverse_deviation", checker.input(kInverseDeviation), channels);
  checker.integer(0, "activation", 0, static_cast<int>(simd::Activation::relu));
  checker.sameShape("dx", checker.output(kDx), x);
  if (checker.hasOutput(kDgamma)) checker.vectorOf("dgamma", checker.output(kDgamma), channels);
  if (checker.hasOutput(kDbeta)) checker.vectorOf("dbeta", checker.output(kDbeta), channels);
  checker.inPlace(kDx, kX);
  const Shape& dy = checker.input(kDy);
  const int64_t tiles = tilesOf(checker.capacity() * dy.dims[1], dy.dims[2], channels);
  checker.scratch((4 * tiles + 4 + 2 * kWindows * checker.threads()) * channels);
}

/** The gradient of a window's output, and of which of its pixels: the first of the largest. */
struct Share {
  float a, b, c, d;
};

LAMINA_BODY inline Share shareOf(float a, float b, float c, float d, float g, bool relu) {
  const float largest = larger(larger(larger(a, b), c), d);
  const float whole = static_cast<int>(relu) & static_cast<int>(largest <= 0.0f) ? 0.0f : g;
  const float first = a == largest ? whole : 0.0f, second = b == largest ? whole - first : 0.0f;
  const float third = c == largest ? whole - first - second : 0.0f;
  return {first, second, third, d == largest ? whole - first - second - third : 0.0f};
}

/** partial += sums of dy and dy * (x - mean) over the windows of output rows [begin, end); `block` holds 2 * kWindows * channels floats. */
void addWindows(const Halved& shape, const float* x, const float* dy, const Normal& given, bool relu, int64_t begin, int64_t end, double* partial,
                float* block) {
  const float *const mean = given.mean, *const scale = given.scale, *const shift = given.shift;
  const int64_t channels = shape.channels, row = shape.row(), outWidth = shape.outWidth, outRow = shape.outRow();
  const Halved halved = shape;
  std::fill(partial, partial + 2 * channels, 0.0);
  dispatched([=]() LAMINA_BODY {
    float* const products = block + kWindows * channels;
    for (int64_t y = begin; y < end; ++y) {
      const float* const corner = x + cornerOf(halved, y);
      for (int64_t first = 0; first < outWidth; first += kWindows) {
        const int64_t count = std::min(kWindows, outWidth - first);
        fetchAhead(corner + 2 * first * channels, 2 * count * channels);
        fetchAhead(corner + row + 2 * first * channels, 2 * count * channels);
        for (int64_t w = 0; w < count; ++w) {
          const float* const a = corner + 2 * (first + w) * channels;
          const float *const b = a + channels, *const c = a + row, *const d = c + channels;
          const float* const g = dy + y * outRow + (first + w) * channels;
          float *const whole = block + w * channels, *const product = products + w * channels;
          LAMINA_INDEPENDENT
          for (int64_t i = 0; i < channels; ++i) {
            const float m = mean[i], s = scale[i], t = shift[i];
            const float xa = a[i], xb = b[i], xc = c[i], xd = d[i];
            const float na = normalized(xa, m, s, t), nb = normalized(xb, m, s, t), nc = normalized(xc, m, s, t), nd = normalized(xd, m, s, t);
            const float largest = larger(larger(larger(na, nb), nc), nd);
            const float gradient = static_cast<int>(relu) & static_cast<int>(largest <= 0.0f) ? 0.0f : g[i];
            const float below = nc == largest ? xc : xd, before = nb == largest ? xb : below, first = na == largest ? xa : before;
            whole[i] = gradient;
            product[i] = gradient * (first - m);
          }
        }
        addByChannel(0, count, channels, partial, [=](int64_t w, int64_t i) LAMINA_BODY { return block[w * channels + i]; });
        addByChannel(0, count, channels, partial + channels, [=](int64_t w, int64_t i) LAMINA_BODY { return products[w * channels + i]; });
      }
    }
  });
}

/** dx of pixels that are in no window. */
LAMINA_BODY inline void writeRest(const float* x, float* dx, int64_t pixels, int64_t channels, const float* mean, const Coefficients& to) {
  for (int64_t pixel = 0; pixel < pixels; ++pixel, x += channels, dx += channels) {
    LAMINA_INDEPENDENT
    for (int64_t i = 0; i < channels; ++i) dx[i] = to.scale[i] * (0.0f - to.centre[i] - (x[i] - mean[i]) * to.slope[i]);
  }
}

void writeGradients(const Halved& shape, const float* x, const float* dy, const Normal& given, const Coefficients& coefficients, bool relu,
                    int64_t begin, int64_t end, float* dx) {
  const Halved halved = shape;
  const float *const mean = given.mean, *const shift = given.shift;
  const Coefficients to = coefficients;
  dispatched([=]() LAMINA_BODY {
    const int64_t channels = halved.channels, row = halved.row();
    for (int64_t y = begin; y < end; ++y) {
      const int64_t corner = cornerOf(halved, y);
      const float* g = dy + y * halved.outRow();
      for (int64_t column = 0; column < halved.outWidth; ++column, g += channels) {
        const int64_t at = corner + 2 * column * channels;
        const float *const a = x + at, *const b = a + channels, *const c = a + row, *const d = c + channels;
        float *const da = dx + at, *const db = da + channels, *const dc = da + row, *const dd = dc + channels;
        LAMINA_INDEPENDENT
        for (int64_t i = 0; i < channels; ++i) {
          const float xa = a[i], xb = b[i], xc = c[i], xd = d[i];
          const float m = mean[i], scale = to.scale[i], t = shift[i], centre = to.centre[i], slope = to.slope[i];
          const Share share = shareOf(normalized(xa, m, scale, t), normalized(xb, m, scale, t), normalized(xc, m, scale, t),
                                      normalized(xd, m, scale, t), g[i], relu);
          da[i] = scale * (share.a - centre - (xa - m) * slope);
          db[i] = scale * (share.b - centre - (xb - m) * slope);
          dc[i] = scale * (share.c - centre - (xc - m) * slope);
          dd[i] = scale * (share.d - centre - (xd - m) * slope);
        }
      }
      const int64_t inWindows = 2 * halved.outWidth * channels;
      const int64_t left = halved.width - 2 * halved.outWidth;
      for (int64_t i = 0; left > 0 && i < 2; ++i)
        writeRest(x + corner + i * row + inWindows, dx + corner + i * row + inWindows, left, channels, mean, to);
      if ((y + 1) % halved.outHeight == 0 && halved.height % 2 == 1)
        writeRest(x + corner + 2 * row, dx + corner + 2 * row, halved.width, channels, mean, to);
    }
  });
}

void runGradient(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[kX];
  const Halved halved = halvedOf(x, arguments.inputs[kDy]);
  const int64_t channels = halved.channels, tiles = tilesOf(context.samples * halved.outHeight, halved.outWidth, channels);
  const float* const dy = arguments.inputs[kDy].data;
  const float* const gamma = arguments.inputs[kGamma].data;
  const float* const inverse = arguments.inputs[kInverseDeviation].data;
  const bool relu = arguments.attributes[0] != 0;
  auto* const sums = reinterpret_cast<double*>(arguments.scratch);
  float* const place = arguments.scratch + 4 * tiles * channels;
  float* const blocks = place + 4 * channels;
  // The pixels are compared as they were: normalised by the same operations.
  for (int64_t c = 0; c < channels; ++c) place[c] = gamma != nullptr ? gamma[c] * inverse[c] : inverse[c];
  const Normal normal{arguments.inputs[kMean].data, place, shiftOf(arguments.inputs[kBeta].data, channels, place + 3 * channels)};
  forTiles(context, halved, [&](int64_t begin, int64_t end, int worker, int64_t tile) {
    addWindows(halved, x.data, dy, normal, relu, begin, end, sums + 2 * tile * channels, blocks + 2 * worker * kWindows * channels);
  });
  for (int64_t tile = 1; tile < tiles; ++tile)
    for (int64_t i = 0; i < 2 * channels; ++i) sums[i] += sums[2 * tile * channels + i];
  const Coefficients to =
      coefficientsOf(sums, x.rows(), channels, gamma, inverse, arguments.outputs[kDgamma].data, arguments.outputs[kDbeta].data, place);
  float* const dx = arguments.outputs[kDx].data;
  forTiles(context, halved, [&](int64_t begin, int64_t end, int, int64_t) {
    writeGradients(halved, x.data, dy, normal, to, relu, begin, end, dx);
  });
}

const Registration forward{{"batch_normalization_max_pool", validate, run}};
const Registration gradient{{"batch_normalization_max_pool_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
