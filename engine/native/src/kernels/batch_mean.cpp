#include "loss.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(1, 1, 0);
  checkPerSample(checker, "x", checker.input(0));
  requireScalar(checker, "output", checker.output(0));
}

void run(const Context&, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  double sum = 0;
  for (int64_t i = 0; i < x.count; ++i) sum += x.data[i];
  arguments.outputs[0].data[0] = static_cast<float>(sum / static_cast<double>(x.count));
}

void validateGradient(Checker& checker) {
  checker.arity(1, 1, 0);
  requireScalar(checker, "g", checker.input(0));
  checkPerSample(checker, "dx", checker.output(0));
}

void runGradient(const Context&, const Arguments& arguments) {
  const Tensor& dx = arguments.outputs[0];
  std::fill(dx.data, dx.data + dx.count, static_cast<float>(arguments.inputs[0].data[0] / static_cast<double>(dx.count)));
}

const Registration forward{{"batch_mean", validate, run}};
const Registration gradient{{"batch_mean_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
