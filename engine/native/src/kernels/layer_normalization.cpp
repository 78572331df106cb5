#include "../simd/math.h"
#include "batch_normalization.h"

namespace lamina {

namespace {

enum Input { kX, kGamma, kBeta };
enum Output { kY, kMean, kInverseDeviation };

enum GradientInput { kDy, kGradientX, kGradientGamma, kGradientMean, kGradientInverse };
enum GradientOutput { kDx, kDgamma, kDbeta };

constexpr double kMostEpsilon = 1e6;

/** Refuses statistics that are not one number a row of x. */
void checkRows(const Checker& checker, const char* name, const Shape& actual, const Shape& x) {
  Shape wanted = x;
  wanted.rank -= 1;
  checker.sameShape(name, actual, wanted);
}

void validate(Checker& checker) {
  checker.arity(3, 3, 1);
  checker.number(0, "epsilon", 0, kMostEpsilon);
  const Shape& x = checker.input(kX);
  const int64_t columns = checkChannels(checker, x);
  checkOptionalVector(checker, "gamma", kGamma, columns);
  checkOptionalVector(checker, "beta", kBeta, columns);
  checker.sameShape("y", checker.output(kY), x);
  if (checker.hasOutput(kMean)) checkRows(checker, "mean", checker.output(kMean), x);
  if (checker.hasOutput(kInverseDeviation)) checkRows(checker, "inverse_deviation", checker.output(kInverseDeviation), x);
  checker.inPlace(kY, kX);
}

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, row by row: Ba, Kiros and Hinton 2016. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[kX];
  float* const y = arguments.outputs[kY].data;
  float* const means = arguments.outputs[kMean].data;
  float* const inverses = arguments.outputs[kInverseDeviation].data;
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * columns;
    simd::layerNormalizationRows(x.data + at, arguments.inputs[kGamma].data, arguments.inputs[kBeta].data, y + at,
                                 means == nullptr ? nullptr : means + begin, inverses == nullptr ? nullptr : inverses + begin,
                                 static_cast<size_t>(end - begin), static_cast<size_t>(columns), static_cast<float>(arguments.attributes[0]));
  });
}

/** Rows that one task sums dgamma and dbeta over; at most kMostTiles tasks. */
constexpr int64_t kTileRows = 256, kMostTiles = 64;

int64_t tileRows(int64_t rows) { return std::max(kTileRows, (rows + kMostTiles - 1) / kMostTiles); }

void validateGradient(Checker& checker) {
  checker.arity(5, 3, 0);
  const Shape& x = checker.input(kGradientX);
  const int64_t columns = checkChannels(checker, x);
  checker.sameShape("dy", checker.input(kDy), x);
  checkOptionalVector(checker, "gamma", kGradientGamma, columns);
  checkRows(checker, "mean", checker.input(kGradientMean), x);
  checkRows(checker, "inverse_deviation", checker.input(kGradientInverse), x);
  checker.sameShape("dx", checker.output(kDx), x);
  if (checker.hasOutput(kDgamma)) checker.vectorOf("dgamma", checker.output(kDgamma), columns);
  if (checker.hasOutput(kDbeta)) checker.vectorOf("dbeta", checker.output(kDbeta), columns);
  checker.inPlace(kDx, kDy);
  checker.inPlace(kDx, kGradientX);
  checker.scratch(2 * columns * kMostTiles);
}

/** With z = (x - mean) / deviation and h = gamma dy: dx = (h - mean(h) - z mean(h z)) / deviation, means over the row. */
void runGradient(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[kGradientX];
  const int64_t columns = x.features(), rows = x.rows(), step = tileRows(rows);
  const int64_t tiles = (rows + step - 1) / step;
  parallelFor(context, tiles, [&](int64_t tile, int) {
    const int64_t begin = tile * step, at = begin * columns;
    float* const sums = arguments.scratch + 2 * columns * tile;
    std::fill(sums, sums + 2 * columns, 0.0f);
    simd::layerNormalizationGradientRows(arguments.inputs[kDy].data + at, x.data + at, arguments.inputs[kGradientGamma].data,
                                         arguments.inputs[kGradientMean].data + begin, arguments.inputs[kGradientInverse].data + begin,
                                         arguments.outputs[kDx].data + at, sums, sums + columns, static_cast<size_t>(std::min(step, rows - begin)),
                                         static_cast<size_t>(columns));
  });
  for (int output : {static_cast<int>(kDgamma), static_cast<int>(kDbeta)}) {
    if (!arguments.outputs[output]) continue;
    const float* const sums = arguments.scratch + (output == kDgamma ? 0 : columns);
    for (int64_t c = 0; c < columns; ++c) {
      double total = 0;
      for (int64_t tile = 0; tile < tiles; ++tile) total += sums[2 * columns * tile + c];
      arguments.outputs[output].data[c] = static_cast<float>(total);
    }
  }
}

const Registration forward{{"layer_normalization", validate, run}};
const Registration gradient{{"layer_normalization_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
