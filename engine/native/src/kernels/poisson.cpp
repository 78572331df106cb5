#include "elementwise_loss.h"

namespace lamina {

namespace {

/** p - t log(p + epsilon): the negative log likelihood of a count t with the expectation p, without its constant. */
struct Term {
  static double value(double p, double t, const double*) { return p - t * std::log(p + kEpsilon); }
  static double derivative(double p, double t, const double*) { return 1 - t / (p + kEpsilon); }
};

const Registration forward{{"poisson", validateMeanLoss, runMeanLoss<Term>}};
const Registration gradient{{"poisson_gradient", validateMeanLossGradient, runMeanLossGradient<Term>}};

}  // namespace

}  // namespace lamina
