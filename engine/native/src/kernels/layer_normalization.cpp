#include <cmath>

#include "batch_normalization.h"
#include "vectorize.h"

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
  const float* gamma = arguments.inputs[kGamma].data;
  const float* beta = arguments.inputs[kBeta].data;
  float* const y = arguments.outputs[kY].data;
  float* const means = arguments.outputs[kMean].data;
  float* const inverses = arguments.outputs[kInverseDeviation].data;
  const double epsilon = arguments.attributes[0];
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * columns;
      float* out = y + row * columns;
      const auto count = static_cast<double>(columns);
      const double mean = sumOf(0, columns, [=](int64_t c) { return static_cast<double>(in[c]); }) / count;
      const double squares = sumOf(0, columns, [=](int64_t c) { return (in[c] - mean) * (in[c] - mean); });
      const double inverse = 1 / std::sqrt(squares / count + epsilon);
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY {
        const double normalized = (in[c] - mean) * inverse;
        out[c] = static_cast<float>(normalized * (gamma != nullptr ? gamma[c] : 1.0f) + (beta != nullptr ? beta[c] : 0.0f));
      });
      if (means != nullptr) means[row] = static_cast<float>(mean);
      if (inverses != nullptr) inverses[row] = static_cast<float>(inverse);
    }
  });
}

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
  checker.scratch(channelScratch(checker, x, 2));
}

/** With z = (x - mean) / deviation and h = gamma dy: dx = (h - mean(h) - z mean(h z)) / deviation, means over the row. */
void runGradient(const Context& context, const Arguments& arguments) {
  const float* dy = arguments.inputs[kDy].data;
  const Tensor& x = arguments.inputs[kGradientX];
  const float* gamma = arguments.inputs[kGradientGamma].data;
  const float* means = arguments.inputs[kGradientMean].data;
  const float* inverses = arguments.inputs[kGradientInverse].data;
  const int64_t columns = x.features();
  const int64_t rows = x.rows();

  if (arguments.outputs[kDgamma] || arguments.outputs[kDbeta]) {
    // First half of the partial sums: dy; second half: dy z.
    const double* const sums = sumRows(context, rows, columns, 2 * columns, arguments.scratch, [&](int64_t row, double* partial) {
      const float* in = x.data + row * columns;
      const float* gradient = dy + row * columns;
      double* second = partial + columns;
      const double mean = means[row], inverse = inverses[row];
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY {
        const double g = gradient[c];
        partial[c] += g;
        second[c] += g * ((in[c] - mean) * inverse);
      });
    });
    for (int64_t c = 0; c < columns; ++c) {
      if (arguments.outputs[kDbeta]) arguments.outputs[kDbeta].data[c] = static_cast<float>(sums[c]);
      if (arguments.outputs[kDgamma]) arguments.outputs[kDgamma].data[c] = static_cast<float>(sums[columns + c]);
    }
  }
  float* const dx = arguments.outputs[kDx].data;
  forRows(context, rows, columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * columns;
      const float* gradient = dy + row * columns;
      float* out = dx + row * columns;
      const double mean = means[row], inverse = inverses[row];
      const auto scaled = [=](int64_t c) { return static_cast<double>(gradient[c]) * (gamma != nullptr ? gamma[c] : 1.0f); };
      const auto count = static_cast<double>(columns);
      const double meanGradient = sumOf(0, columns, scaled) / count;
      const double meanProduct = sumOf(0, columns, [=](int64_t c) { return scaled(c) * ((in[c] - mean) * inverse); }) / count;
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY {
        const double h = static_cast<double>(gradient[c]) * (gamma != nullptr ? gamma[c] : 1.0f);
        out[c] = static_cast<float>(inverse * (h - meanGradient - (in[c] - mean) * inverse * meanProduct));
      });
    }
  });
}

const Registration forward{{"layer_normalization", validate, run}};
const Registration gradient{{"layer_normalization_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
