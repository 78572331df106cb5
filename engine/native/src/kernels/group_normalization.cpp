#include <cmath>

#include "batch_normalization.h"

namespace lamina {

namespace {

enum Input { kX, kGamma, kBeta };
enum Output { kY, kMean, kInverseDeviation };

enum GradientInput { kDy, kGradientX, kGradientGamma, kGradientMean, kGradientInverse };
enum GradientOutput { kDx, kDgamma, kDbeta };

/** Groups of `width` channels of the positions of a sample. */
struct Grouping {
  int64_t channels, groups, positions;

  int64_t width() const { return channels / groups; }
  /** First element of a group, counted over all samples. */
  int64_t first(int64_t group) const { return group / groups * positions * channels + group % groups * width(); }
  double count() const { return static_cast<double>(positions * width()); }
};

Grouping groupingOf(const Tensor& x, const Arguments& arguments) {
  const int64_t channels = x.features();
  return {channels, static_cast<int64_t>(arguments.attributes[0]), x.count / x.dims[0] / channels};
}

/** Float64 sum of term(i) over the elements of a group, position by position. Call it from `dispatched`. */
template <class Term> LAMINA_BODY inline double groupSum(const Grouping& grouping, int64_t first, const Term& term) {
  const int64_t width = grouping.width();
  PartialSums sums;
  for (int64_t position = 0; position < grouping.positions; ++position) {
    const int64_t at = first + position * grouping.channels;
    sums.add(at, at + width, term);
  }
  return sums.total();
}

int64_t checkGroups(Checker& checker, const Shape& x) {
  const int64_t columns = checkChannels(checker, x);
  checker.require(x.dims[0] == -1, "x [N, ..., channels]", formatShape(x));
  const int64_t groups = checker.integer(0, "groups", 1, columns);
  checker.require(columns % groups == 0, "channels divisible into " + std::to_string(groups) + " groups", formatShape(x));
  return columns;
}

void checkStatistics(const Checker& checker, const char* name, const Shape& actual) {
  Shape wanted;
  wanted.rank = 2;
  wanted.dims[0] = -1;
  wanted.dims[1] = checker.integer(0, "groups", 1, 1 << 20);
  checker.sameShape(name, actual, wanted);
}

void validate(Checker& checker) {
  checker.arity(3, 3, 2);
  const Shape& x = checker.input(kX);
  const int64_t columns = checkGroups(checker, x);
  checker.number(1, "epsilon", 0, 1e6);
  checkOptionalVector(checker, "gamma", kGamma, columns);
  checkOptionalVector(checker, "beta", kBeta, columns);
  checker.sameShape("y", checker.output(kY), x);
  checkStatistics(checker, "mean", checker.output(kMean));
  checkStatistics(checker, "inverse_deviation", checker.output(kInverseDeviation));
}

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, group by group: Wu and He 2018. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[kX];
  const float* const gamma = arguments.inputs[kGamma].data;
  const float* const beta = arguments.inputs[kBeta].data;
  float* const y = arguments.outputs[kY].data;
  const Grouping grouping = groupingOf(x, arguments);
  const double epsilon = arguments.attributes[1];
  forRows(context, x.dims[0] * grouping.groups, grouping.positions * grouping.width(), [&](int64_t begin, int64_t end) {
    dispatched([&]() LAMINA_BODY {
      const float* const from = x.data;
      const int64_t width = grouping.width();
      for (int64_t group = begin; group < end; ++group) {
        const int64_t first = grouping.first(group), channel = group % grouping.groups * width;
        const double mean = groupSum(grouping, first, [=](int64_t i) LAMINA_BODY { return static_cast<double>(from[i]); }) / grouping.count();
        const double squares = groupSum(grouping, first, [=](int64_t i) LAMINA_BODY { return (from[i] - mean) * (from[i] - mean); });
        const double inverse = 1 / std::sqrt(squares / grouping.count() + epsilon);
        const float* const scale = gamma != nullptr ? gamma + channel : nullptr;
        const float* const shift = beta != nullptr ? beta + channel : nullptr;
        for (int64_t position = 0; position < grouping.positions; ++position) {
          const float* in = from + first + position * grouping.channels;
          float* out = y + first + position * grouping.channels;
          LAMINA_INDEPENDENT
          for (int64_t c = 0; c < width; ++c) {
            const double normalized = (in[c] - mean) * inverse;
            out[c] = static_cast<float>(normalized * (scale != nullptr ? scale[c] : 1.0f) + (shift != nullptr ? shift[c] : 0.0f));
          }
        }
        arguments.outputs[kMean].data[group] = static_cast<float>(mean);
        arguments.outputs[kInverseDeviation].data[group] = static_cast<float>(inverse);
      }
    });
  });
}

void validateGradient(Checker& checker) {
  checker.arity(5, 3, 1);
  const Shape& x = checker.input(kGradientX);
  const int64_t columns = checkGroups(checker, x);
  checker.sameShape("dy", checker.input(kDy), x);
  checkOptionalVector(checker, "gamma", kGradientGamma, columns);
  checkStatistics(checker, "mean", checker.input(kGradientMean));
  checkStatistics(checker, "inverse_deviation", checker.input(kGradientInverse));
  checker.sameShape("dx", checker.output(kDx), x);
  if (checker.hasOutput(kDgamma)) checker.vectorOf("dgamma", checker.output(kDgamma), columns);
  if (checker.hasOutput(kDbeta)) checker.vectorOf("dbeta", checker.output(kDbeta), columns);
  checker.scratch(channelScratch(checker, x, 2));
}

/** With z = (x - mean) / deviation and h = gamma dy: dx = (h - mean(h) - z mean(h z)) / deviation, means over the group. */
void runGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[kDy].data;
  const Tensor& x = arguments.inputs[kGradientX];
  const float* const gamma = arguments.inputs[kGradientGamma].data;
  const float* const means = arguments.inputs[kGradientMean].data;
  const float* const inverses = arguments.inputs[kGradientInverse].data;
  const Grouping grouping = groupingOf(x, arguments);
  const int64_t channels = grouping.channels, width = grouping.width();

  if (arguments.outputs[kDgamma] || arguments.outputs[kDbeta]) {
    // First half of the partial sums: dy; second half: dy z.
    const double* const sums = sumRows(context, x.rows(), channels, 2 * channels, arguments.scratch, [&](int64_t row, double* partial) {
      for (int64_t group = 0; group < grouping.groups; ++group) {
        const int64_t at = row * channels + group * width, own = row / grouping.positions * grouping.groups + group;
        const float* in = x.data + at;
        const float* gradient = dy + at;
        double* const shifts = partial + group * width;
        double* const scales = shifts + channels;
        const double mean = means[own], inverse = inverses[own];
        vectorized(0, width, [=](int64_t c) LAMINA_BODY {
          const double g = gradient[c];
          shifts[c] += g;
          scales[c] += g * ((in[c] - mean) * inverse);
        });
      }
    });
    for (int64_t c = 0; c < channels; ++c) {
      if (arguments.outputs[kDbeta]) arguments.outputs[kDbeta].data[c] = static_cast<float>(sums[c]);
      if (arguments.outputs[kDgamma]) arguments.outputs[kDgamma].data[c] = static_cast<float>(sums[channels + c]);
    }
  }
  float* const dx = arguments.outputs[kDx].data;
  forRows(context, x.dims[0] * grouping.groups, grouping.positions * width, [&](int64_t begin, int64_t end) {
    dispatched([&]() LAMINA_BODY {
      const float* const from = x.data;
      for (int64_t group = begin; group < end; ++group) {
        const int64_t first = grouping.first(group);
        const double mean = means[group], inverse = inverses[group];
        const float* const scale = gamma != nullptr ? gamma + group % grouping.groups * width : nullptr;
        PartialSums gradients, products;
        for (int64_t position = 0; position < grouping.positions; ++position) {
          const float* in = from + first + position * channels;
          const float* gradient = dy + first + position * channels;
          const auto scaled = [=](int64_t c) LAMINA_BODY { return static_cast<double>(gradient[c]) * (scale != nullptr ? scale[c] : 1.0f); };
          gradients.add(0, width, scaled);
          products.add(0, width, [=](int64_t c) LAMINA_BODY { return scaled(c) * ((in[c] - mean) * inverse); });
        }
        const double meanGradient = gradients.total() / grouping.count(), meanProduct = products.total() / grouping.count();
        for (int64_t position = 0; position < grouping.positions; ++position) {
          const float* in = from + first + position * channels;
          const float* gradient = dy + first + position * channels;
          float* out = dx + first + position * channels;
          LAMINA_INDEPENDENT
          for (int64_t c = 0; c < width; ++c) {
            const double h = static_cast<double>(gradient[c]) * (scale != nullptr ? scale[c] : 1.0f);
            out[c] = static_cast<float>(inverse * (h - meanGradient - (in[c] - mean) * inverse * meanProduct));
          }
        }
      }
    });
  });
}

const Registration forward{{"group_normalization", validate, run}};
const Registration gradient{{"group_normalization_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
