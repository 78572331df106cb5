#include "elementwise_loss.h"

namespace lamina {

namespace {

/** 100 |p - t| / |t|, the denominator at least epsilon. */
struct Term {
  static double value(double p, double t, const double*) { return 100 * std::abs(p - t) / std::max(std::abs(t), kEpsilon); }
  static double derivative(double p, double t, const double*) { 
    const double sign = p > t ? 1 : p < t ? -1 : 0;
    return 100 * sign / std::max(std::abs(t), kEpsilon);
  }
};

const Registration forward{{"mean_absolute_percentage_error", validateMeanLoss, runMeanLoss<Term>}};
const Registration gradient{{"mean_absolute_percentage_error_gradient", validateMeanLossGradient, runMeanLossGradient<Term>}};

}  // namespace

}  // namespace lamina
