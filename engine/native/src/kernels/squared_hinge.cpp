#include "elementwise_loss.h"

namespace lamina {

namespace {

/** max(1 - t p, 0)², t being -1 or 1. */
struct Term {
  static double value(double p, double t, const double*) { 
    const double margin = std::max(1 - signedLabel(t) * p, 0.0);
    return margin * margin;
  }
  static double derivative(double p, double t, const double*) { return -2 * signedLabel(t) * std::max(1 - signedLabel(t) * p, 0.0); }
};

const Registration forward{{"squared_hinge", validateMeanLoss, runMeanLoss<Term>}};
const Registration gradient{{"squared_hinge_gradient", validateMeanLossGradient, runMeanLossGradient<Term>}};

}  // namespace

}  // namespace lamina
