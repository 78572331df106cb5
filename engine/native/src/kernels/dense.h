#pragma once

#include "../gemm/gemm.h"

namespace lamina {

/** Rows of a tensor `[..., features]` at the capacity of the program. */
inline int64_t mostRows(const Checker& checker, const Shape& shape) {
  const int64_t rows = shape.rows();
  return rows < 0 ? -rows * checker.capacity() : rows;
}

/** Refuses `actual` unless it is `like` with another last dimension. */
inline void sameRows(const Checker& checker, const char* name, const Shape& actual, const Shape& like, int64_t features) {
  Shape wanted = like;
  wanted.dims[wanted.rank - 1] = features;
  checker.sameShape(name, actual, wanted);
}

/** Refuses operands that are no rows of features. */
inline void atLeastMatrix(const Checker& checker, const char* name, const Shape& shape) {
  checker.require(shape.rank >= 2, std::string(name) + " of rank 2 or more", formatShape(shape));
}

/** Checks the attributes (activation, alpha) at `index`. */
inline simd::Activation checkedActivation(const Checker& checker, int index) {
  const int64_t activation = checker.integer(index, "activation", 0, simd::kActivations - 1);
  checker.number(index + 1, "alpha", -3e38, 3e38);
  return static_cast<simd::Activation>(activation);
}

}  // namespace lamina
