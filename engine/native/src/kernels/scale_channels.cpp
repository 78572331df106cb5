#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** One sample: positions x channels. */
struct Sample {
  int64_t channels, positions;
};

Sample sampleOf(const Tensor& x) {
  const int64_t channels = x.rank < 2 ? 1 : x.features();
  return {channels, x.dims[0] == 0 ? 0 : x.count / x.dims[0] / channels};
}

void checkFactors(const Checker& checker, const char* name, const Shape& actual, const Shape& x) {
  checker.require(x.rank >= 1 && x.dims[0] == -1, "x [N, ..., channels]", formatShape(x));
  Shape wanted;
  wanted.rank = 2;
  wanted.dims[0] = -1;
  wanted.dims[1] = x.rank < 2 ? 1 : x.features();
  checker.sameShape(name, actual, wanted);
}

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  checkFactors(checker, "factor", checker.input(1), checker.input(0));
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.inPlace(0, 0);
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const Sample sample = sampleOf(x);
  const float* factors = arguments.inputs[1].data;
  float* y = arguments.outputs[0].data;
  forRows(context, x.count / sample.channels, sample.channels, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* in = x.data + row * sample.channels;
      const float* factor = factors + row / sample.positions * sample.channels;
      float* out = y + row * sample.channels;
      vectorized(0, sample.channels, [=](int64_t c) LAMINA_BODY { out[c] = in[c] * factor[c]; });
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(2, 1, 0);
  checker.sameShape("dy", checker.input(0), checker.input(1));
  checkFactors(checker, "dfactor", checker.output(0), checker.input(1));
}

/** Positions are added in their order. */
void runGradient(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[1];
  const Sample sample = sampleOf(x);
  const float* dy = arguments.inputs[0].data;
  float* sums = arguments.outputs[0].data;
  forRows(context, context.samples, sample.positions * sample.channels, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      float* out = sums + n * sample.channels;
      std::fill(out, out + sample.channels, 0.0f);
      for (int64_t position = 0; position < sample.positions; ++position) {
        const int64_t at = (n * sample.positions + position) * sample.channels;
        const float* in = x.data + at;
        const float* gradient = dy + at;
        vectorized(0, sample.channels, [=](int64_t c) LAMINA_BODY { out[c] += gradient[c] * in[c]; });
      }
    }
  });
}

const Registration forward{{"scale_channels", validate, run}};
const Registration gradient{{"scale_channels_factor_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
