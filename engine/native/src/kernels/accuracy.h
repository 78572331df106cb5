#pragma once

#include "loss.h"

namespace lamina {

/** Position of the first largest value; 0 when none compares larger. */
inline int64_t largestPosition(const float* values, int64_t count) {
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i)
    if (values[i] > values[best]) best = i;
  return best;
}

}  // namespace lamina
