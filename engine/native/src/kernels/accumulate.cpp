#include "loss.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(1, 0, 2);
  checker.require(checker.accumulators() > 0, "a program with accumulators", "none");
  checker.integer(0, "slot", 0, checker.accumulators() - 1);
  checker.integer(1, "perSample", 0, 1);
  if (checker.input(0).rank != 0) checkPerSample(checker, "x", checker.input(0));
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& x = arguments.inputs[0];
  double& total = context.accumulators[static_cast<int64_t>(arguments.attributes[0])];
  if (x.rank == 0) {
    const double factor = arguments.attributes[1] != 0 ? static_cast<double>(context.samples) : 1.0;
    total += factor * x.data[0];
    return;
  }
  double sum = 0;
  for (int64_t i = 0; i < x.count; ++i) sum += x.data[i];
  total += sum;
}

const Registration forward{{"accumulate", validate, run}};

}  // namespace

}  // namespace lamina
