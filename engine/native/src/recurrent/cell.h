/** Functions of cells and the products their steps are made of, for the instruction set opened by a vec_<isa>.h. */
#include "../simd/math_functions.h"

namespace lamina::LAMINA_ISA {

constexpr int64_t kLanes = V::width;
constexpr int64_t kWidth = kBlockVectors * kLanes;
constexpr int kRows = LAMINA_STEP_ROWS;

LAMINA_INLINE F loadLanes(const float* p, size_t lanes) { return lanes == V::width ? V::load(p) : V::loadPart(p, lanes); }
LAMINA_INLINE void storeLanes(float* p, size_t lanes, F a) {
  if (lanes == V::width)
    V::store(p, a);
  else
    V::storePart(p, lanes, a);
}
/** Copies, times `factors` unless null. */
LAMINA_INLINE void copyLanes(float* to, const float* from, int64_t count, const float* factors = nullptr) {
  for (int64_t i = 0; i < count; i += kLanes) {
    const size_t lanes = static_cast<size_t>(count - i < kLanes ? count - i : kLanes);
    const F x = loadLanes(from + i, lanes);
    storeLanes(to + i, lanes, factors == nullptr ? x : V::mul(x, loadLanes(factors + i, lanes)));
  }
}

LAMINA_INLINE F activate(CellActivation activation, F x) {
  switch (activation) {
    case CellActivation::tanh: return tanh(x);
    case CellActivation::relu: return V::select(V::lessEqual(x, V::zero()), V::zero(), x);
    case CellActivation::sigmoid: return sigmoid(x);
    case CellActivation::linear: return x;
    case CellActivation::hardSigmoid: return V::div(clamp(V::add(x, V::set(3.0f)), 0.0f, 6.0f), V::set(6.0f));
    case CellActivation::elu: return V::select(V::lessEqual(x, V::zero()), expm1(x), x);
    case CellActivation::softsign: return V::div(x, V::add(V::abs(x), V::set(1.0f)));
  }
  return x;
}

/** g times the activation's derivative, which its output y expresses. */
LAMINA_INLINE F throughActivation(CellActivation activation, F g, F y) {
  const F one = V::set(1.0f);
  switch (activation) {
    case CellActivation::tanh: return V::mul(g, V::fnma(y, y, one));
    case CellActivation::relu: return V::select(V::lessEqual(y, V::zero()), V::zero(), g);
    case CellActivation::sigmoid: return V::mul(g, V::mul(y, V::sub(one, y)));
    case CellActivation::linear: return g;
    case CellActivation::hardSigmoid: {
      const F slope = V::select(V::less(V::zero(), y), V::set(1.0f / 6.0f), V::zero());
      return V::mul(g, V::select(V::less(y, one), slope, V::zero()));
    }
    case CellActivation::elu: return V::select(V::lessEqual(y, V::zero()), V::mul(g, V::add(y, one)), g);
    case CellActivation::softsign: {
      const F rest = V::sub(one, V::abs(y));
      return V::mul(g, V::mul(rest, rest));
    }
  }
  return g;
}

/** A quotient not yet divided: divisions are slow, and two cost no more than one (see `divide`). Both parts are below 1e19. */
struct Fraction {
  F above, below;
};

/** 1 / (1 + e^-x); x below -43 counts as -43. */
LAMINA_INLINE Fraction sigmoidFraction(F x) {
  const F t = V::sub(V::zero(), clamp(x, -43.0f, 43.0f));
  F k;
  const F r = reduceExponent(t, k);
  const F one = V::set(1.0f);
  return {one, V::add(one, V::scaleByPower(V::add(expm1Near0(r), one), k))};
}

/** m / (m + 2) with m = e^2x - 1, which keeps its digits near 0. */
LAMINA_INLINE Fraction tanhFraction(F x) {
  const F t = clamp(V::add(x, x), -20.0f, 20.0f);
  F k;
  const F r = reduceExponent(t, k);
  const F power = V::scaleByPower(V::set(1.0f), k);
  const F m = V::fma(expm1Near0(r), power, V::sub(power, V::set(1.0f)));
  return {m, V::add(m, V::set(2.0f))};
}

LAMINA_INLINE F quotient(Fraction f) { return V::div(f.above, f.below); }
LAMINA_INLINE void divide(Fraction a, Fraction b, F& first, F& second) {
  const F inverse = V::div(V::set(1.0f), V::mul(a.below, b.below));
  first = V::mul(a.above, V::mul(inverse, b.below));
  second = V::mul(b.above, V::mul(inverse, a.below));
}

/** Adds `depth` numbers of each row times their weights to the sums, all vectors of a block but `Skip`. */
template <int Rows, int Vectors, int Skip>
LAMINA_INLINE void addProducts(F (&sum)[Rows][Vectors], const float* rows, int64_t stride, int64_t depth, const float* weights) {
  // Three rows share a pointer: their distances fit the addressing modes, so that all rows stay in registers.
  constexpr int groups = (Rows + 2) / 3;
  const float* group[groups];
  LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] = rows + 3 * g * stride;
  for (int64_t k = 0; k < depth; ++k, weights += kWidth) {
    F right[Vectors];
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
      if (v != Skip) right[v] = V::load(weights + v * kLanes);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
      const F left = V::set(group[r / 3][(r % 3) * stride + k]);
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
        if (v != Skip) sum[r][v] = V::fma(left, right[v], sum[r][v]);
    }
  }
}

/** c [Rows, width] += a[., 0..Rows)ᵀ b over `depth` rows of a and of b [depth, width], all vectors but `Skip`; or sets it when `first`. */
template <int Rows, int Vectors, int Skip>
static void addOuter(const float* a, int64_t stride, const float* b, int64_t depth, bool first, float* c) {
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::zero();
  for (int64_t k = 0; k < depth; ++k, a += stride, b += kWidth) {
    F right[Vectors];
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
      if (v != Skip) right[v] = V::load(b + v * kLanes);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
      const F left = V::set(a[r]);
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
        if (v != Skip) sum[r][v] = V::fma(left, right[v], sum[r][v]);
    }
  }
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) {
      float* const place = c + r * kWidth + v * kLanes;
      V::store(place, first ? sum[r][v] : V::add(V::load(place), sum[r][v]));
    }
}

/** Calls `part(first row, rows)` for up to kRows rows at a time, as even as can be. */
template <class Part> LAMINA_INLINE void forParts(int64_t rows, const Part& part) {
  const int64_t parts = (rows + kRows - 1) / kRows;
  for (int64_t i = 0; i < parts; ++i) {
    const int64_t first = rows * i / parts;
    part(first, rows * (i + 1) / parts - first);
  }
}

static void packRows(const Recurrence& s, const float* matrix, int64_t rows, bool recurrent, int64_t first, int64_t stride, float* packed) {
  const int64_t columns = s.columns();
  for (int64_t block = 0; block < s.blocks; ++block)
    for (int v = 0; v < kBlockVectors; ++v) {
      const int64_t column = s.columnOf(block, v, recurrent);
      const size_t lanes = column < 0 ? 0 : static_cast<size_t>(s.lanesOf(block, v));
      float* to = packed + (block * stride + first) * kWidth + v * kLanes;
      for (int64_t k = 0; k < rows; ++k, to += kWidth) V::store(to, lanes == 0 ? V::zero() : loadLanes(matrix + k * columns + column, lanes));
    }
}

static void packTurned(const Recurrence& s, const float* matrix, int64_t rows, bool recurrent, int64_t block, float* packed) {
  const int64_t columns = s.columns();
  // Three vectors are multiplied as four.
  const int64_t vectors = (rows + kLanes - 1) / kLanes, padded = vectors % kBlockVectors == 3 ? vectors + 1 : vectors;
  for (int64_t first = 0; first < padded * kLanes; first += kLanes) {
    float* const to = packed + (first / kWidth * s.blocks + block) * kWidth * kWidth + first % kWidth;
    for (int v = 0; v < kBlockVectors; ++v) {
      const int64_t column = s.columnOf(block, v, recurrent);
      const size_t lanes = column < 0 ? 0 : static_cast<size_t>(s.lanesOf(block, v));
      F square[kLanes];
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
        square[i] = lanes > 0 && first + i < rows ? loadLanes(matrix + (first + i) * columns + column, lanes) : V::zero();
      V::transpose(square);
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i) V::store(to + (v * kLanes + i) * kWidth, square[i]);
    }
  }
}

}  // namespace lamina::LAMINA_ISA
