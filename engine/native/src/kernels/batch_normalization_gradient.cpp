#include "batch_normalization.h"

namespace lamina {

namespace {

enum Input { kDy, kX, kGamma, kMean, kInverseDeviation };
enum Output { kDx, kDgamma, kDbeta };

void validate(Checker& checker) {
  checker.arity(5, 3, 0);
  const Shape& x = checker.input(kX);
  const int64_t channels = checkChannels(checker, x);
  checker.sameShape("dy", checker.input(kDy), x);
  checkOptionalVector(checker, "gamma", kGamma, channels);
  checker.vectorOf("mean", checker.input(kMean), channels);
  checker.vectorOf("inverse_deviation", checker.input(kInverseDeviation), channels);
  checker.sameShape("dx", checker.output(kDx), x);
  if (checker.hasOutput(kDgamma)) checker.vectorOf("dgamma", checker.output(kDgamma), channels);
  if (checker.hasOutput(kDbeta)) checker.vectorOf("dbeta", checker.output(kDbeta), channels);
  checker.inPlace(kDx, kDy);
  checker.inPlace(kDx, kX);
  checker.scratch(channelScratch(checker, x, 2) + 3 * channels);
}

/** dx = gamma / deviation * (dy - mean(dy) - z * mean(dy z)) with z = (x - mean) / deviation */
void run(const Context& context, const Arguments& arguments) {
  const float* dy = arguments.inputs[kDy].data;
  const Tensor& x = arguments.inputs[kX];
  const float* gamma = arguments.inputs[kGamma].data;
  const float* mean = arguments.inputs[kMean].data;
  const float* inverse = arguments.inputs[kInverseDeviation].data;
  const int64_t channels = x.features();
  const int64_t rows = x.rows();

  // First half of the partial sums: dy; second half: dy * (x - mean).
  double* const sums = sumTiles(context, rows, channels, 2 * channels, arguments.scratch, [&](int64_t begin, int64_t end, double* partial) {
    const float* const data = x.data;
    double* const second = partial + channels;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; row += 8) {
        const int64_t last = std::min(end, row + 8);
        fetchAhead(data + row * channels, (last - row) * channels);
        addByChannel(row, last, channels, partial, [=](int64_t r, int64_t c) LAMINA_BODY { return dy[r * channels + c]; });
        addByChannel(row, last, channels, second,
                     [=](int64_t r, int64_t c) LAMINA_BODY { return dy[r * channels + c] * (data[r * channels + c] - mean[c]); });
      }
    });
  });
  const Coefficients to = coefficientsOf(sums, rows, channels, gamma, inverse, arguments.outputs[kDgamma].data, arguments.outputs[kDbeta].data,
                                         arguments.scratch + 4 * channelTiles(rows, channels) * channels);
  float* const dx = arguments.outputs[kDx].data;
  forRows(context, rows, channels, [&](int64_t begin, int64_t end) {
    const float* const data = x.data;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; ++row) {
        const float* const in = data + row * channels;
        const float* const gradient = dy + row * channels;
        float* const out = dx + row * channels;
        LAMINA_INDEPENDENT
        for (int64_t c = 0; c < channels; ++c) out[c] = to.scale[c] * (gradient[c] - to.centre[c] - (in[c] - mean[c]) * to.slope[c]);
      }
    });
  });
}

const Registration gradient{{"batch_normalization_gradient", validate, run}};

}  // namespace

}  // namespace lamina
