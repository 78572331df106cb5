#include "loss.h"

namespace lamina {

namespace {

enum Attribute { kSlot, kThresholds };

void validate(Checker& checker) {
  checker.arity(2, 0, 2);
  const Shape& prediction = checker.input(0);
  checker.require(prediction.rank == 2 && prediction.dims[0] == -1 && prediction.dims[1] == 1, "prediction [N, 1]",
                  formatShape(prediction));
  checker.sameShape("target", checker.input(1), prediction);
  const int64_t needed = 2 * (checker.integer(kThresholds, "thresholds", 2, 1000) - 1);
  checker.require(checker.accumulators() >= needed, std::to_string(needed) + " accumulators", std::to_string(checker.accumulators()));
  checker.integer(kSlot, "slot", 0, checker.accumulators() - needed);
}

/** Positives and negatives by how many inner thresholds i / (thresholds - 1) lie below their score. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& prediction = arguments.inputs[0];
  const float* const target = arguments.inputs[1].data;
  const auto steps = static_cast<int64_t>(arguments.attributes[kThresholds]) - 1;
  double* const counts = context.accumulators + static_cast<int64_t>(arguments.attributes[kSlot]);
  const auto threshold = [steps](int64_t i) { return static_cast<float>(static_cast<double>(i) / static_cast<double>(steps)); };
  for (int64_t row = 0; row < prediction.dims[0]; ++row) {
    const float score = prediction.data[row];
    int64_t low = 0;
    int64_t high = steps - 1;
    // The largest i in [0, steps - 1] whose threshold lies below the score; 0 counts as below.
    while (low < high) {
      const int64_t middle = (low + high + 1) / 2;
      if (score > threshold(middle)) low = middle;
      else high = middle - 1;
    }
    counts[2 * low + (target[row] > 0.5F ? 0 : 1)] += 1;
  }
}

const Registration forward{{"accumulate_threshold_counts", validate, run}};

}  // namespace

}  // namespace lamina
