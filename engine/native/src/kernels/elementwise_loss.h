#pragma once

#include "loss.h"

namespace lamina {

/**
 * Losses that are the mean over a sample's features of value(prediction, target). `Term` has `value` and `derivative` (by the prediction) in
 * float64, both given the instruction's attributes.
 */
template <class Term>
inline void runMeanLoss(const Context& context, const Arguments& arguments) {
  const double* attributes = arguments.attributes;
  forSamples(context, arguments, [=](const float* p, const float* t, int64_t count) {
    const double sum = sumOf(0, count, [=](int64_t i) { return Term::value(p[i], t[i], attributes); });
    return sum / static_cast<double>(count);
  });
}

template <class Term>
inline void runMeanLossGradient(const Context& context, const Arguments& arguments) {
  const double* attributes = arguments.attributes;
  forSampleGradients(context, arguments, [=](float g, const float* p, const float* t, float* dp, int64_t count) {
    const double factor = g / static_cast<double>(count);
    for (int64_t i = 0; i < count; ++i) dp[i] = static_cast<float>(factor * Term::derivative(p[i], t[i], attributes));
  });
}

inline void validateMeanLoss(Checker& checker) { validateLoss<TargetKind::likePrediction>(checker); }
inline void validateMeanLossGradient(Checker& checker) { validateLossGradient<TargetKind::likePrediction>(checker); }

/** Losses that relate the features of a sample to each other: the last axis is the only one. */
inline void validateRowLoss(Checker& checker) {
  validateMeanLoss(checker);
  checker.require(checker.input(0).rank == 2, "a prediction [N, features]", formatShape(checker.input(0)));
}

inline void validateRowLossGradient(Checker& checker) {
  validateMeanLossGradient(checker);
  checker.require(checker.input(1).rank == 2, "a prediction [N, features]", formatShape(checker.input(1)));
}

/** Keras' epsilon, under logarithms and divisions. */
constexpr double kEpsilon = 1e-7;

/** Labels 0 and 1 stand for -1 and 1. */
inline double signedLabel(double label) { return label == 0 ? -1 : label; }

}  // namespace lamina
