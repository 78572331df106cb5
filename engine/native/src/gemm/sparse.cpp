#include "sparse.h"

namespace lamina {
namespace {

/** Floats that are looked at to tell how many are zero: runs of neighbours all over the factor. */
constexpr int64_t kSampleRuns = 128;
constexpr int64_t kRunFloats = 16;
/** Smaller products are over before the question is answered. */
constexpr int64_t kLeastProducts = 500'000;
constexpr int64_t kTasksPerThread = 2;
/** Fewer rows do not repay the packing of panels. */
constexpr int64_t kLeastRows = 32;

bool hasCode() { return simd::level() == simd::Level::avx512; }

/** Which part of a factor of `rows` rows of `width` floats is not zero, from a sample. */
double densityOf(const float* data, int64_t stride, int64_t rows, int64_t width) {
  const int64_t length = smaller(kRunFloats, width);
  int64_t present = 0;
  for (int64_t run = 0; run < kSampleRuns; ++run) {
    // Multiples of the golden ratio fall evenly on the columns.
    const int64_t row = run * rows / kSampleRuns, column = ((run * 40503 & 0xffff) * (width - length + 1)) >> 16;
    const float* from = data + row * stride + column;
    for (int64_t i = 0; i < length; ++i) present += from[i] != 0.0f ? 1 : 0;
  }
  return static_cast<double>(present) / static_cast<double>(kSampleRuns * length);
}

/**
 * Cycles, about, tuned on Zen 4: `rows` of the factor with the zeros, `columns` of the other. `turnsLists`: the former is stored turned; `turnsResult`:
 * what is computed is.
 */
double sparseCycles(int64_t rows, int64_t columns, int64_t k, double density, bool turnsLists, bool turnsResult) {
  const double vectors = static_cast<double>(ceilDivide(columns, 16)), panels = static_cast<double>(ceilDivide(columns, kPanelColumns));
  const double stretches = static_cast<double>(ceilDivide(k, kStretch)), r = static_cast<double>(rows), depth = static_cast<double>(k);
  const double products = r * depth * density * (vectors + 1.1 * panels);
  const double starts = r * panels * stretches * (25 + (turnsResult ? 30 : 0));
  const double lists = r * depth / 16 * (turnsLists ? 16 : 10);
  const double packing = depth * vectors * 4 * static_cast<double>(ceilDivide(rows, k <= kStretch ? kShortListRows : kLongListRows));
  return products + starts + lists + packing;
}

double denseCycles(int64_t m, int64_t n, int64_t k) {
  return static_cast<double>(m) * static_cast<double>(ceilDivide(n, 16)) * static_cast<double>(k) / 0.9;
}

}  // namespace

Skipped skippedFactor(int64_t m, int64_t n, int64_t k, const Factor& a, const Factor& b) {
  if (a.zeros == Zeros::skipped && hasCode()) return Skipped::a;
  if (b.zeros == Zeros::skipped && hasCode()) return Skipped::b;
  if ((a.zeros == Zeros::kept && b.zeros == Zeros::kept) || m * n * k < kLeastProducts || !hasCode()) return Skipped::none;
  double best = denseCycles(m, n, k);
  Skipped skipped = Skipped::none;
  if (a.zeros == Zeros::counted) {
    const double density = a.transposed ? densityOf(a.data, a.stride, k, m) : densityOf(a.data, a.stride, m, k);
    const double cycles = sparseCycles(m, n, k, density, a.transposed, false);
    if (cycles < best) best = cycles, skipped = Skipped::a;
  }
  if (b.zeros == Zeros::counted) {
    const double density = b.transposed ? densityOf(b.data, b.stride, n, k) : densityOf(b.data, b.stride, k, n);
    const double cycles = sparseCycles(n, m, k, density, !b.transposed, true);
    if (cycles < best) best = cycles, skipped = Skipped::b;
  }
  return skipped;
}

Grid sparseGridOf(int64_t m, int64_t n, Skipped skipped, int threads) {
  const int64_t rows = skipped == Skipped::a ? m : n, columns = skipped == Skipped::a ? n : m;
  if (threads <= 1) return {1, 1};
  const int64_t wanted = kTasksPerThread * threads;
  const int64_t lists = larger(1, smaller(wanted, rows / kLeastRows));
  const int64_t panels = smaller(ceilDivide(columns, kPanelColumns), ceilDivide(wanted, lists));
  return skipped == Skipped::a ? Grid{lists, panels} : Grid{panels, lists};
}

Block sparseBlockOf(const Grid& grid, int64_t m, int64_t n, Skipped skipped, int64_t task) {
  const int64_t row = task % grid.rowParts, column = task / grid.rowParts;
  const int64_t rowUnit = skipped == Skipped::a ? kAlignment : kPanelColumns, columnUnit = skipped == Skipped::a ? kPanelColumns : kAlignment;
  return {partBegin(m, rowUnit, grid.rowParts, row), partBegin(m, rowUnit, grid.rowParts, row + 1),
          partBegin(n, columnUnit, grid.columnParts, column), partBegin(n, columnUnit, grid.columnParts, column + 1)};
}

void sparseBlock(const Product& product, Skipped skipped, const Block& block, float* scratch) {
#if defined(LAMINA_X86)
  if (skipped == Skipped::a) return sparseBlockAvx512(product, false, block, scratch);
  // Cᵀ = Bᵀ Aᵀ
  const auto turned = [](const Factor& factor) { return Factor{factor.data, factor.stride, !factor.transposed}; };
  const Product other{product.n, product.m, product.k, turned(product.b), turned(product.a), product.c, product.cStride, product.epilogue};
  sparseBlockAvx512(other, true, {block.columnBegin, block.columnEnd, block.rowBegin, block.rowEnd}, scratch);
#endif
}

int64_t sparseScratchFloats(int64_t m, int64_t n, int64_t k) {
  if (!hasCode()) return 0;
  const auto of = [&](int64_t mostRows, int64_t stretches, int64_t stretch) {
    // Sums, and lists: a list ends with a vector, an entry is a float and a uint16, lengths are integers.
    return smaller(mostRows, larger(m, n)) * (kPanelColumns + stretches * ((stretch + kAlignment) * 3 / 2 + 1));
  };
  const int64_t least = of(kShortListRows, 1, smaller(kStretch, aligned(k)));
  const int64_t most = k <= kStretch ? 0 : of(kLongListRows, ceilDivide(smaller(k, kDepth), kStretch), kStretch);
  return (kStretch + 1) * kPanelColumns + aligned(larger(least, most));
}

}  // namespace lamina
