#pragma once

#include "../simd/math.h"
#include "loss.h"

namespace lamina {

/** Logits, less their maximum in `shifted`; returns log(sum(e^shifted)). */
inline double logSumExp(const float* x, float* shifted, float* exponentials, int64_t classes) {
  float most = x[0];
  for (int64_t c = 1; c < classes; ++c) most = x[c] > most ? x[c] : most;
  for (int64_t c = 0; c < classes; ++c) shifted[c] = x[c] - most;
  simd::vexp(shifted, exponentials, static_cast<size_t>(classes));
  return std::log(sumOf(0, classes, [=](int64_t c) { return static_cast<double>(exponentials[c]); }));
}

/** Validates a loss over logits; its run needs twice the logits as scratch. */
template <TargetKind kind>
inline void validateSoftmaxLoss(Checker& checker) {
  validateLoss<kind>(checker);
  checker.require(checker.input(0).rank == 2, "logits [N, classes]", formatShape(checker.input(0)));
  checker.scratch(2 * checker.input(0).count(checker.capacity()));
}

template <TargetKind kind>
inline void validateSoftmaxLossGradient(Checker& checker) {
  validateLossGradient<kind>(checker);
  checker.require(checker.input(1).rank == 2, "logits [N, classes]", formatShape(checker.input(1)));
  checker.scratch(checker.input(1).count(checker.capacity()));
}

}  // namespace lamina
