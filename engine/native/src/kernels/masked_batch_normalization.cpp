#include <cmath>

#include "batch_normalization.h"
#include "mask.h"

namespace lamina {

namespace {

/** Keras' backend epsilon, added to the number of rows. */
constexpr double kCountEpsilon = 1e-7;

void checkMask(const Checker& checker, const Shape& x, const Shape& mask) {
  Shape leading = x;
  leading.rank = std::min(x.rank - 1, mask.rank);
  checker.require(leading.rank >= 1 && leading.batched(), "a mask [N, ...] of fewer dimensions than x", formatShape(mask));
  checker.sameShape("mask", mask, leading);
}

/** Which rows of x count. */
struct Rows {
  const float* mask;
  int64_t width;

  Rows(const Tensor& x, const Tensor& given) : mask(given.data), width(given.count == 0 ? 1 : x.rows() / given.count) {}
  bool keeps(int64_t row) const { return counts(mask[row / width]); }
  double count(int64_t rows) const {
    int64_t kept = 0;
    for (int64_t row = 0; row < rows; row += width) kept += keeps(row) ? width : 0;
    return static_cast<double>(kept) + kCountEpsilon;
  }
};

void validate(Checker& checker) {
  checker.arity(6, 5, 2);
  checker.number(0, "momentum", 0, 1);
  checker.number(1, "epsilon", 0, 1e6);
  const Shape& x = checker.input(0);
  const int64_t channels = checkChannels(checker, x);
  checkOptionalVector(checker, "gamma", 1, channels);
  checkOptionalVector(checker, "beta", 2, channels);
  checker.vectorOf("moving_mean", checker.input(3), channels);
  checker.vectorOf("moving_variance", checker.input(4), channels);
  checkMask(checker, x, checker.input(5));
  checker.sameShape("y", checker.output(0), x);
  for (int i = 1; i < 5; ++i) checker.vectorOf("statistics", checker.output(i), channels);
  checker.inPlace(3, 3);
  checker.inPlace(4, 4);
  checker.scratch(channelScratch(checker, x, 1) + 2 * channels);
}

/** Sums over the rows that count, first of x, then of squared differences to their mean; every row is normalised by the moments. */
void run(const Context& context, const Arguments& arguments) {
  const double momentum = arguments.attributes[0], epsilon = arguments.attributes[1];
  const Tensor& x = arguments.inputs[0];
  const float* const data = x.data;
  const int64_t channels = x.features(), rows = x.rows();
  const Rows kept(x, arguments.inputs[5]);
  const double count = kept.count(rows);
  float* const mean = arguments.outputs[1].data;
  float* const inverse = arguments.outputs[2].data;
  auto* const means = reinterpret_cast<double*>(arguments.scratch + 2 * channels * channelTiles(rows, channels));

  const double* sums = sumRows(context, rows, channels, channels, arguments.scratch, [&](int64_t row, double* partial) {
    if (!kept.keeps(row)) return;
    for (int64_t c = 0; c < channels; ++c) partial[c] += data[row * channels + c];
  });
  for (int64_t c = 0; c < channels; ++c) means[c] = sums[c] / count;
  sums = sumRows(context, rows, channels, channels, arguments.scratch, [&](int64_t row, double* partial) {
    if (!kept.keeps(row)) return;
    for (int64_t c = 0; c < channels; ++c) {
      const double centred = data[row * channels + c] - means[c];
      partial[c] += centred * centred;
    }
  });
  const auto moved = [=](float moving, double batch) { return static_cast<float>(momentum * moving + (1 - momentum) * batch); };
  for (int64_t c = 0; c < channels; ++c) {
    const double variance = sums[c] / count;
    mean[c] = static_cast<float>(means[c]);
    inverse[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
    arguments.outputs[3].data[c] = moved(arguments.inputs[3].data[c], means[c]);
    arguments.outputs[4].data[c] = moved(arguments.inputs[4].data[c], variance);
  }

  const float* const gamma = arguments.inputs[1].data;
  const float* const beta = arguments.inputs[2].data;
  float* const y = arguments.outputs[0].data;
  forRows(context, rows, channels, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t c = 0; c < channels; ++c) {
        const float scale = gamma != nullptr ? gamma[c] * inverse[c] : inverse[c];
        const double centred = data[row * channels + c] - means[c];
        y[row * channels + c] = static_cast<float>(centred * scale + (beta != nullptr ? beta[c] : 0.0f));
      }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(6, 3, 0);
  const Shape& x = checker.input(1);
  const int64_t channels = checkChannels(checker, x);
  checker.sameShape("dy", checker.input(0), x);
  checkOptionalVector(checker, "gamma", 2, channels);
  checker.vectorOf("mean", checker.input(3), channels);
  checker.vectorOf("inverse_deviation", checker.input(4), channels);
  checkMask(checker, x, checker.input(5));
  checker.sameShape("dx", checker.output(0), x);
  if (checker.hasOutput(1)) checker.vectorOf("dgamma", checker.output(1), channels);
  if (checker.hasOutput(2)) checker.vectorOf("dbeta", checker.output(2), channels);
  checker.inPlace(0, 0);
  checker.inPlace(0, 1);
  checker.scratch(channelScratch(checker, x, 2));
}

/** dx = gamma / deviation * (dy - m * (sum(dy) + z * sum(dy z)) / count) with z = (x - mean) / deviation and m = 1 where a row counts. */
void runGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[0].data;
  const Tensor& x = arguments.inputs[1];
  const float* const data = x.data;
  const float* const gamma = arguments.inputs[2].data;
  const float* const mean = arguments.inputs[3].data;
  const float* const inverse = arguments.inputs[4].data;
  const int64_t channels = x.features(), rows = x.rows();
  const Rows kept(x, arguments.inputs[5]);
  const double count = kept.count(rows);
  const double* const sums = sumRows(context, rows, channels, 2 * channels, arguments.scratch, [&](int64_t row, double* partial) {
    for (int64_t c = 0; c < channels; ++c) {
      const double gradient = dy[row * channels + c];
      partial[c] += gradient;
      partial[channels + c] += gradient * (static_cast<double>(data[row * channels + c]) - mean[c]) * inverse[c];
    }
  });
  for (int64_t c = 0; c < channels; ++c) {
    if (arguments.outputs[1]) arguments.outputs[1].data[c] = static_cast<float>(sums[channels + c]);
    if (arguments.outputs[2]) arguments.outputs[2].data[c] = static_cast<float>(sums[c]);
  }
  float* const dx = arguments.outputs[0].data;
  forRows(context, rows, channels, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t c = 0; c < channels; ++c) {
        const int64_t at = row * channels + c;
        const float scale = gamma != nullptr ? gamma[c] * inverse[c] : inverse[c];
        const double normalized = (static_cast<double>(data[at]) - mean[c]) * inverse[c];
        const double through = kept.keeps(row) ? (sums[c] + normalized * sums[channels + c]) / count : 0;
        dx[at] = static_cast<float>(scale * (dy[at] - through));
      }
  });
}

const Registration forward{{"masked_batch_normalization", validate, run}};
const Registration gradient{{"masked_batch_normalization_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
