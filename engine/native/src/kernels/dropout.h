#pragma once

#include <cmath>

namespace lamina {

/** The largest float below 1: all would be dropped, and the rest scaled to infinity. */
constexpr double kLargestRate = 1 - 1.0 / (1 << 24);

/** The rate rounded up to a float: random numbers being floats, `u >= rate` then says the same as in float64. */
inline float roundedUp(double rate) {
  const auto rounded = static_cast<float>(rate);
  return rounded < rate ? std::nextafter(rounded, 1.0f) : rounded;
}

}  // namespace lamina
