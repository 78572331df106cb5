#include "elementwise_loss.h"

namespace lamina {

namespace {

/** (log(1 + p) - log(1 + t))², both at least epsilon. */
struct Term {
  static double logarithm(double x) { return std::log1p(std::max(x, kEpsilon)); }
  static double value(double p, double t, const double*) { 
    const double difference = logarithm(p) - logarithm(t);
    return difference * difference;
  }
  static double derivative(double p, double t, const double*) { 
    return p < kEpsilon ? 0 : 2 * (logarithm(p) - logarithm(t)) / (1 + p);
  }
};

const Registration forward{{"mean_squared_logarithmic_error", validateMeanLoss, runMeanLoss<Term>}};
const Registration gradient{{"mean_squared_logarithmic_error_gradient", validateMeanLossGradient, runMeanLossGradient<Term>}};

}  // namespace

}  // namespace lamina
