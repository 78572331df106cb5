#include "batch_normalization.h"
#include "dispatch.h"

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
  checker.scratch(channelScratch(checker, x, 2));
}

/**
 * dx = gamma / deviation * (dy - mean(dy) - z * mean(dy z)) with z = (x - mean) / deviation: Ioffe and Szegedy 2015, section 3, with the
 * sums that cancel left out.
 */
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
    const float* data = x.data;
    double* second = partial + channels;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; ++row) {
        const float* in = data + row * channels;
        const float* gradient = dy + row * channels;
        LAMINA_INDEPENDENT
        for (int64_t c = 0; c < channels; ++c) {
          const double g = gradient[c];
          partial[c] += g;
          second[c] += g * (static_cast<double>(in[c]) - mean[c]);
        }
      }
    });
  });
  const auto count = static_cast<double>(rows);
  double* const byDeviation = sums + channels;
  for (int64_t c = 0; c < channels; ++c) {
    if (arguments.outputs[kDbeta]) arguments.outputs[kDbeta].data[c] = static_cast<float>(sums[c]);
    if (arguments.outputs[kDgamma]) arguments.outputs[kDgamma].data[c] = static_cast<float>(byDeviation[c] * inverse[c]);
    sums[c] /= count;
    byDeviation[c] *= static_cast<double>(inverse[c]) * inverse[c] / count;
  }
  float* const dx = arguments.outputs[kDx].data;
  forRows(context, rows, channels, [&](int64_t begin, int64_t end) {
    const float* data = x.data;
    dispatched([=]() LAMINA_BODY {
      for (int64_t row = begin; row < end; ++row) {
        const float* in = data + row * channels;
        const float* gradient = dy + row * channels;
        float* out = dx + row * channels;
        LAMINA_INDEPENDENT
        for (int64_t c = 0; c < channels; ++c) {
          const double centred = static_cast<double>(in[c]) - mean[c];
          const double scale = gamma != nullptr ? static_cast<double>(gamma[c]) * inverse[c] : inverse[c];
          out[c] = static_cast<float>(scale * (gradient[c] - sums[c] - centred * byDeviation[c]));
        }
      }
    });
  });
}

const Registration gradient{{"batch_normalization_gradient", validate, run}};

}  // namespace

}  // namespace lamina
