#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** Columns of one tile of the slope's gradient. */
constexpr int64_t kColumns = 256;

/** Most parts that samples are cut into for the gradient of shared slopes. */
constexpr int64_t kParts = 16;

void checkSlope(const Checker& checker, const Shape& x, const Shape& slope) {
  bool fits = x.rank >= 1 && slope.rank == x.rank - 1;
  for (int i = 0; fits && i < slope.rank; ++i) fits = slope.dims[i] == x.dims[i + 1] || slope.dims[i] == 1;
  checker.require(fits, "a slope with the shape of one sample of " + formatShape(x) + ", or 1 along shared axes", formatShape(slope));
}

/** Runs of neighbouring elements of a sample, and where the slopes of each lie: next to each other, or one for all of the run. */
struct Sharing {
  int axes = 0;
  int64_t sizes[kMaxRank] = {}, strides[kMaxRank] = {};
  int64_t runs = 1, length = 1, step = 1;

  /** First slope of a run. */
  int64_t slope(int64_t run) const {
    int64_t at = 0;
    for (int axis = axes - 1; axis >= 0; --axis) {
      at += run % sizes[axis] * strides[axis];
      run /= sizes[axis];
    }
    return at;
  }
};

Sharing sharingOf(const Tensor& x, const Tensor& slope) {
  Sharing sharing;
  int64_t stride = 1;
  for (int axis = slope.rank - 1; axis >= 0; --axis) {
    const bool shared = slope.dims[axis] == 1;
    if (axis == slope.rank - 1) {
      sharing.length = x.dims[axis + 1];
      sharing.step = shared ? 0 : 1;
    } else {
      sharing.sizes[axis] = x.dims[axis + 1];
      sharing.strides[axis] = shared ? 0 : stride;
      sharing.runs *= x.dims[axis + 1];
    }
    stride *= slope.dims[axis];
  }
  sharing.axes = std::max(slope.rank - 1, 0);
  return sharing;
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
  if (columns * x.dims[0] != x.count) {
    const Sharing sharing = sharingOf(x, arguments.inputs[1]);
    forRows(context, x.dims[0] * sharing.runs, sharing.length, [&](int64_t begin, int64_t end) {
      for (int64_t run = begin; run < end; ++run) {
        const float* in = x.data + run * sharing.length;
        const float* own = slope + sharing.slope(run % sharing.runs);
        float* out = y + run * sharing.length;
        if (sharing.step == 0) {
          const float one = *own;
          vectorized(0, sharing.length, [=](int64_t i) LAMINA_BODY { out[i] = in[i] > 0 ? in[i] : one * in[i]; });
        } else {
          vectorized(0, sharing.length, [=](int64_t i) LAMINA_BODY { out[i] = in[i] > 0 ? in[i] : own[i] * in[i]; });
        }
      }
    });
    return;
  }
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
  checker.scratch(2 * kParts * checker.input(2).count(1));
}

/** Parts of the samples add into sums of their own, which are added in order. */
void runSharedGradient(const Context& context, const Arguments& arguments) {
  const float* dy = arguments.inputs[0].data;
  const Tensor& x = arguments.inputs[1];
  const Tensor& slope = arguments.inputs[2];
  float* dx = arguments.outputs[0].data;
  const Sharing sharing = sharingOf(x, slope);
  const int64_t parts = std::min(kParts, x.dims[0]), size = sharing.runs * sharing.length;
  auto* const sums = reinterpret_cast<double*>(arguments.scratch);
  parallelFor(context, parts, [&](int64_t part, int) {
    double* const partial = sums + part * slope.count;
    std::fill(partial, partial + slope.count, 0.0);
    for (int64_t sample = x.dims[0] * part / parts; sample < x.dims[0] * (part + 1) / parts; ++sample)
      for (int64_t run = 0; run < sharing.runs; ++run) {
        const int64_t at = sample * size + run * sharing.length, first = sharing.slope(run);
        const float* in = x.data + at;
        const float* gradient = dy + at;
        float* out = dx + at;
        const float* own = slope.data + first;
        double* const sum = partial + first;
        if (sharing.step == 0) {
          const float one = *own;
          vectorized(0, sharing.length, [=](int64_t i) LAMINA_BODY { out[i] = in[i] > 0 ? gradient[i] : gradient[i] * one; });
          *sum += sumOf(0, sharing.length, [=](int64_t i) { return in[i] > 0 ? 0.0 : static_cast<double>(gradient[i]) * in[i]; });
        } else {
          vectorized(0, sharing.length, [=](int64_t i) LAMINA_BODY {
            const bool positive = in[i] > 0;
            out[i] = positive ? gradient[i] : gradient[i] * own[i];
            sum[i] += positive ? 0.0 : static_cast<double>(gradient[i]) * in[i];
          });
        }
      }
  });
  for (int64_t i = 0; i < slope.count; ++i) {
    double sum = 0;
    for (int64_t part = 0; part < parts; ++part) sum += sums[part * slope.count + i];
    arguments.outputs[1].data[i] = static_cast<float>(sum);
  }
}

void runGradient(const Context& context, const Arguments& arguments) {
  if (arguments.inputs[2].count * arguments.inputs[1].dims[0] != arguments.inputs[1].count) {
    runSharedGradient(context, arguments);
    return;
  }
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
