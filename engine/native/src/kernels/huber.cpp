#include "elementwise_loss.h"

namespace lamina {

namespace {

constexpr double kLargestDelta = 1e30;

/** e = p - t: e²/2 up to delta, delta |e| - delta²/2 beyond. */
struct Term {
  static double value(double p, double t, const double* attributes) {
    const double delta = attributes[0];
    const double error = std::abs(p - t);
    return error <= delta ? 0.5 * error * error : delta * error - 0.5 * delta * delta;
  }
  static double derivative(double p, double t, const double* attributes) {
    return std::min(std::max(p - t, -attributes[0]), attributes[0]);
  }
};

void validate(Checker& checker) {
  checker.arity(2, 1, 1);
  checker.number(0, "delta", 0, kLargestDelta);
  checkTarget(checker, checker.input(0), checker.input(1), TargetKind::likePrediction);
  checkPerSample(checker, "output", checker.output(0));
}

void validateGradient(Checker& checker) {
  checker.arity(3, 1, 1);
  checker.number(0, "delta", 0, kLargestDelta);
  checkLossGradient<TargetKind::likePrediction>(checker);
}

const Registration forward{{"huber", validate, runMeanLoss<Term>}};
const Registration gradient{{"huber_gradient", validateGradient, runMeanLossGradient<Term>}};

}  // namespace

}  // namespace lamina
