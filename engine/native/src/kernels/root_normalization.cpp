#include <cmath>

#include "batch_normalization.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** Rows of a smaller norm are divided by it instead, as in Keras. */
constexpr double kSmallestNorm = 1e-12;

void checkRows(const Checker& checker, const char* name, const Shape& actual, const Shape& x) {
  Shape wanted = x;
  wanted.rank -= 1;
  checker.sameShape(name, actual, wanted);
}

double squaresOf(const float* row, int64_t columns) {
  return sumOf(0, columns, [=](int64_t c) { return static_cast<double>(row[c]) * row[c]; });
}

/** y = gamma x inverse(sum of squares), row by row. */
template <class Inverse>
void normalize(const Context& context, const Arguments& arguments, const float* gamma, const Inverse& inverseOf) {
  const Tensor& x = arguments.inputs[0];
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * columns;
      float* out = arguments.outputs[0].data + row * columns;
      const double inverse = inverseOf(squaresOf(in, columns));
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY { out[c] = static_cast<float>(in[c] * inverse * (gamma != nullptr ? gamma[c] : 1.0f)); });
      arguments.outputs[1].data[row] = static_cast<float>(inverse);
    }
  });
}

/** dx = inverse (h - x inverse² (h x) / count) with h = gamma dy. */
void gradientOfRow(const float* dy, const float* x, const float* gamma, double inverse, double count, int64_t columns, float* dx) {
  const auto scaled = [=](int64_t c) { return static_cast<double>(dy[c]) * (gamma != nullptr ? gamma[c] : 1.0f); };
  const double product = sumOf(0, columns, [=](int64_t c) { return scaled(c) * x[c]; }) / count * inverse * inverse;
  vectorized(0, columns, [=](int64_t c) LAMINA_BODY {
    dx[c] = static_cast<float>(inverse * (static_cast<double>(dy[c]) * (gamma != nullptr ? gamma[c] : 1.0f) - x[c] * product));
  });
}

void validateRms(Checker& checker) {
  checker.arity(2, 2, 1);
  checker.number(0, "epsilon", 0, 1e6);
  const Shape& x = checker.input(0);
  checkOptionalVector(checker, "gamma", 1, checkChannels(checker, x));
  checker.sameShape("y", checker.output(0), x);
  checkRows(checker, "inverse", checker.output(1), x);
}

void runRms(const Context& context, const Arguments& arguments) {
  const double epsilon = arguments.attributes[0];
  const auto count = static_cast<double>(arguments.inputs[0].features());
  normalize(context, arguments, arguments.inputs[1].data, [=](double squares) { return 1 / std::sqrt(squares / count + epsilon); });
}

void validateRmsGradient(Checker& checker) {
  checker.arity(4, 2, 0);
  const Shape& x = checker.input(1);
  const int64_t columns = checkChannels(checker, x);
  checker.sameShape("dy", checker.input(0), x);
  checkOptionalVector(checker, "gamma", 2, columns);
  checkRows(checker, "inverse", checker.input(3), x);
  checker.sameShape("dx", checker.output(0), x);
  if (checker.hasOutput(1)) checker.vectorOf("dgamma", checker.output(1), columns);
  checker.scratch(channelScratch(checker, x, 1));
}

void runRmsGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[0].data;
  const Tensor& x = arguments.inputs[1];
  const float* const inverses = arguments.inputs[3].data;
  const int64_t columns = x.features();
  if (arguments.outputs[1]) {
    const double* const sums = sumRows(context, x.rows(), columns, columns, arguments.scratch, [&](int64_t row, double* partial) {
      const float* in = x.data + row * columns;
      const float* gradient = dy + row * columns;
      const double inverse = inverses[row];
      vectorized(0, columns, [=](int64_t c) LAMINA_BODY { partial[c] += static_cast<double>(gradient[c]) * (in[c] * inverse); });
    });
    for (int64_t c = 0; c < columns; ++c) arguments.outputs[1].data[c] = static_cast<float>(sums[c]);
  }
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      gradientOfRow(dy + row * columns, x.data + row * columns, arguments.inputs[2].data, inverses[row], static_cast<double>(columns), columns,
                    arguments.outputs[0].data + row * columns);
  });
}

void validateUnit(Checker& checker) {
  checker.arity(1, 2, 0);
  const Shape& x = checker.input(0);
  checkChannels(checker, x);
  checker.sameShape("y", checker.output(0), x);
  checkRows(checker, "inverse", checker.output(1), x);
}

void runUnit(const Context& context, const Arguments& arguments) {
  normalize(context, arguments, nullptr, [](double squares) { return 1 / std::max(std::sqrt(squares), kSmallestNorm); });
}

void validateUnitGradient(Checker& checker) {
  checker.arity(3, 1, 0);
  const Shape& x = checker.input(1);
  checkChannels(checker, x);
  checker.sameShape("dy", checker.input(0), x);
  checkRows(checker, "inverse", checker.input(2), x);
  checker.sameShape("dx", checker.output(0), x);
}

/** Rows shorter than the smallest norm have no direction: their gradient is 0. */
void runUnitGradient(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[1];
  const int64_t columns = x.features();
  forRows(context, x.rows(), columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const double inverse = arguments.inputs[2].data[row];
      float* const dx = arguments.outputs[0].data + row * columns;
      if (inverse >= 0.999999 / kSmallestNorm) std::fill(dx, dx + columns, 0.0f);
      else gradientOfRow(arguments.inputs[0].data + row * columns, x.data + row * columns, nullptr, inverse, 1, columns, dx);
    }
  });
}

const Registration rms{{"rms_normalization", validateRms, runRms}};
const Registration rmsGradient{{"rms_normalization_gradient", validateRmsGradient, runRmsGradient}};
const Registration unit{{"unit_normalization", validateUnit, runUnit}};
const Registration unitGradient{{"unit_normalization_gradient", validateUnitGradient, runUnitGradient}};

}  // namespace

}  // namespace lamina
