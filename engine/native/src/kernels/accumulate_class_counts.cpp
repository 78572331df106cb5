#include "loss.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(2, 0, 1);
  const Shape& prediction = checker.input(0);
  const Shape& target = checker.input(1);
  checker.require(prediction.rank == 2 && prediction.dims[0] == -1, "prediction [N, classes]", formatShape(prediction));
  checker.require(target.rank == 2 && target.dims[0] == -1 && (target.dims[1] == 1 || target.dims[1] == prediction.dims[1]),
                  "target [N, 1] or like the prediction", formatShape(target));
  const int64_t needed = 3 * prediction.dims[1];
  checker.require(checker.accumulators() >= needed, std::to_string(needed) + " accumulators", std::to_string(checker.accumulators()));
  checker.integer(0, "slot", 0, checker.accumulators() - needed);
}

int64_t firstLargest(const float* row, int64_t count) {
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i)
    if (row[i] > row[best]) best = i;
  return best;
}

/** Hits, predictions and labels of each class; labels outside the classes count for nothing. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor& prediction = arguments.inputs[0];
  const Tensor& target = arguments.inputs[1];
  const int64_t classes = prediction.dims[1];
  const int64_t width = target.dims[1];
  double* const counts = context.accumulators + static_cast<int64_t>(arguments.attributes[0]);
  for (int64_t row = 0; row < prediction.dims[0]; ++row) {
    const int64_t predicted = firstLargest(prediction.data + row * classes, classes);
    const float* const wanted = target.data + row * width;
    const int64_t label = width == classes && width > 1 ? firstLargest(wanted, width) : static_cast<int64_t>(*wanted);
    counts[3 * predicted + 1] += 1;
    if (label < 0 || label >= classes) continue;
    if (predicted == label) counts[3 * label] += 1;
    counts[3 * label + 2] += 1;
  }
}

const Registration forward{{"accumulate_class_counts", validate, run}};

}  // namespace

}  // namespace lamina
