#include "accuracy.h"

namespace lamina {

namespace {

constexpr int64_t kLargestK = 1 << 20;

template <TargetKind kind>
void validate(Checker& checker) {
  checker.arity(2, 1, 1);
  checker.integer(0, "k", 1, kLargestK);
  checkTarget(checker, checker.input(0), checker.input(1), kind);
  checker.require(checker.input(0).rank == 2, "a prediction [N, classes]", formatShape(checker.input(0)));
  checkPerSample(checker, "output", checker.output(0));
}

/** True when fewer than k values are larger than that of the class; a class that is none is never right. */
bool isAmongLargest(const float* p, int64_t classes, int64_t label, int64_t k) {
  if (label < 0) return false;
  int64_t larger = 0;
  for (int64_t c = 0; c < classes; ++c) larger += p[c] > p[label] ? 1 : 0;
  return larger < k;
}

template <TargetKind kind>
void run(const Context& context, const Arguments& arguments) {
  const auto k = static_cast<int64_t>(arguments.attributes[0]);
  forSamples(context, arguments, [=](const float* p, const float* t, int64_t classes) {
    const int64_t label = kind == TargetKind::classIndex ? classOf(t[0], classes) : largestPosition(t, classes);
    return isAmongLargest(p, classes, label, k) ? 1.0 : 0.0;
  });
}

const Registration dense{
    {"top_k_categorical_accuracy", validate<TargetKind::likePrediction>, run<TargetKind::likePrediction>}};
const Registration sparse{
    {"sparse_top_k_categorical_accuracy", validate<TargetKind::classIndex>, run<TargetKind::classIndex>}};

}  // namespace

}  // namespace lamina
