#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** Columns of one tile of the slope's gradient. */
constexpr int64_t kColumns = 256;

void checkSlope(const Checker& checker, const Shape& x, const Shape& slope) {
  bool fits = x.rank >= 1 && slope.rank == x.rank - 1;
  for (int i = 0; fits && i < slope.rank; ++i) fits = slope.dims[i] == x.dims[i + 1];
  checker.require(fits, "a slope with the shape of one sample of " + formatShape(x), formatShape(slope));
}

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  checkSlope(checker, checker.input(0), checker.input(1));
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.inPlace(0, 0);
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const float* slope = arguments.inputs[1].data;
  float* y = arguments.outputs[0].data;
  const int64_t columns = arguments.inputs[1].count;
  forRows(context, x.dims[0], columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * columns;
      float* out = y + row * columns;
      vectorized(0, columns, [=](int64_t i) LAMINA_BODY { out[i] = in[i] > 0 ? in[i] : slope[i] * in[i]; });
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(3, 2, 0);
  checkSlope(checker, checker.input(1), checker.input(2));
  checker.sameShape("dy", checker.input(0), checker.input(1));
  checker.sameShape("dx", checker.output(0), checker.input(1));
  checker.sameShape("dslope", checker.output(1), checker.input(2));
}

void runGradient(const Context& context, const Arguments& arguments) {
  const float* dy = arguments.inputs[0].data;
  const Tensor& x = arguments.inputs[1];
  const float* slope = arguments.inputs[2].data;
  float* dx = arguments.outputs[0].data;
  float* dslope = arguments.outputs[1].data;
  const int64_t columns = arguments.inputs[2].count;
  const int64_t rows = x.dims[0];
  const auto columnTile = [&](int64_t tile, int) {
    const int64_t begin = tile * kColumns;
    const int64_t width = std::min(columns - begin, kColumns);
    double sums[kColumns] = {};
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t at = row * columns + begin;
      for (int64_t i = 0; i < width; ++i) {
        const bool positive = x.data[at + i] > 0;
        dx[at + i] = positive ? dy[at + i] : dy[at + i] * slope[begin + i];
        sums[i] += positive ? 0.0 : static_cast<double>(dy[at + i]) * x.data[at + i];
      }
    }
    for (int64_t i = 0; i < width; ++i) dslope[begin + i] = static_cast<float>(sums[i]);
  };
  const int64_t tiles = (columns + kColumns - 1) / kColumns;
  if (rows * columns >= kParallelElements) {
    parallelFor(context, tiles, columnTile);
    return;
  }
  for (int64_t tile = 0; tile < tiles; ++tile) columnTile(tile, 0);
}

const Registration forward{{"prelu", validate, run}};
const Registration gradient{{"prelu_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
