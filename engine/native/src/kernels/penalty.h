#pragma once

#include "tiles.h"
#include "vectorize.h"

namespace lamina {

constexpr double kLargestFactor = 1e30;

/** w -> scalar, with a factor. */
inline void validatePenalty(Checker& checker) {
  checker.arity(1, 1, 1);
  checker.number(0, "factor", -kLargestFactor, kLargestFactor);
  requireScalar(checker, "output", checker.output(0));
  checker.scratch(2 * reductionTiles(checker.input(0).count(checker.capacity())));
}

/** (g [], w) -> dw, with a factor. */
inline void validatePenaltyGradient(Checker& checker) {
  checker.arity(2, 1, 1);
  checker.number(0, "factor", -kLargestFactor, kLargestFactor);
  requireScalar(checker, "g", checker.input(0));
  checker.sameShape("dw", checker.output(0), checker.input(1));
  checker.inPlace(0, 1);
}

}  // namespace lamina
