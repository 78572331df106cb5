#include "elementwise_loss.h"

namespace lamina {

namespace {

/** max(1 - t p, 0), t being -1 or 1. */
struct Term {
  static double value(double p, double t, const double*) { return std::max(1 - signedLabel(t) * p, 0.0); }
  static double derivative(double p, double t, const double*) { return signedLabel(t) * p < 1 ? -signedLabel(t) : 0; }
};

const Registration forward{{"hinge", validateMeanLoss, runMeanLoss<Term>}};
const Registration gradient{{"hinge_gradient", validateMeanLossGradient, runMeanLossGradient<Term>}};

}  // namespace

}  // namespace lamina
