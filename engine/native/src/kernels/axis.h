#pragma once

#include <string>

#include "tiles.h"

namespace lamina {

/** The axis attribute of an op that works along a feature axis. */
inline int checkAxis(const Checker& checker, const Shape& shape) {
  checker.require(shape.rank >= 2, "a tensor with a feature axis", formatShape(shape));
  return static_cast<int>(checker.integer(0, "axis", 1, shape.rank - 1));
}

/** Refuses shapes that differ anywhere but along the axis. */
inline void requireSameOutsideAxis(const Checker& checker, const char* name, const Shape& actual, const Shape& wanted, int axis) {
  bool fits = actual.rank == wanted.rank;
  for (int i = 0; fits && i < actual.rank; ++i) fits = i == axis || actual.dims[i] == wanted.dims[i];
  checker.require(fits, std::string(name) + " like " + formatShape(wanted) + " but for axis " + std::to_string(axis), formatShape(actual));
}

/** Floats between two neighbours along the axis' outer dimensions. */
inline int64_t stride(const Tensor& tensor, int axis) {
  int64_t result = 1;
  for (int i = axis; i < tensor.rank; ++i) result *= tensor.dims[i];
  return result;
}

/** Number of such strides. */
inline int64_t outer(const Tensor& tensor, int axis) {
  int64_t result = 1;
  for (int i = 0; i < axis; ++i) result *= tensor.dims[i];
  return result;
}

}  // namespace lamina
