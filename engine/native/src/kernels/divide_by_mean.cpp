#include "loss.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  checkPerSample(checker, "x", checker.input(0));
  checkPerSample(checker, "counts", checker.input(1));
  checkPerSample(checker, "y", checker.output(0));
  checker.inPlace(0, 0);
}

/** x / mean(counts), 0 where that is 0 */
void run(const Context&, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  const float* const counts = arguments.inputs[1].data;
  float* const y = arguments.outputs[0].data;
  double sum = 0;
  for (int64_t i = 0; i < x.count; ++i) sum += counts[i];
  const double factor = sum == 0 ? 0 : static_cast<double>(x.count) / sum;
  for (int64_t i = 0; i < x.count; ++i) y[i] = static_cast<float>(x.data[i] * factor);
}

const Registration registered{{"divide_by_mean", validate, run}};

}  // namespace

}  // namespace lamina
