#include "gemm.h"

#include <cstring>

#include "plan.h"
#include "sparse.h"

namespace lamina {
namespace {

/** Multiplications and additions that are worth a task of their own. */
constexpr int64_t kTaskFlops = 2'000'000;
/** Enough to even out a thread that is held up; each packs what it reads. */
constexpr int64_t kTasksPerThread = 4;
/** Fewer rows do not repay the packing of a panel of B. */
constexpr int64_t kLeastRows = 56;

const GemmCode& code() {
  static const GemmCode& chosen = []() -> const GemmCode& {
    switch (simd::level()) {
#if defined(LAMINA_X86)
      case simd::Level::avx512: return gemmAvx512;
      case simd::Level::avx2: return gemmAvx2;
#elif defined(LAMINA_NEON)
      case simd::Level::neon: return gemmNeon;
#endif
      default: return gemmPlain;
    }
  }();
  return chosen;
}

/** The code for blocks of this precision. Both factors of bfloat16 products are packed in the geometry of `code()`. */
auto blockCode(Precision precision) {
  if (precision == Precision::float32) return code().block;
#if defined(LAMINA_X86)
  if (simd::amx() && bfloat16BlockAmx != nullptr)
    return precision == Precision::bfloat16x3 ? bfloat16x3BlockAmx : bfloat16BlockAmx;
#endif
  if (precision == Precision::bfloat16x3) return code().block;
#if defined(LAMINA_X86)
  if (simd::bfloat16() && bfloat16BlockAvx512 != nullptr) return bfloat16BlockAvx512;
#endif
  return code().roundedBlock;
}

Grid gridOf(int64_t m, int64_t n, int64_t k, int threads, int64_t mostRows) {
  const int64_t wanted = threads > 1 ? smaller(kTasksPerThread * threads, larger(1, 2 * m * n * k / kTaskFlops)) : 1;
  if (wanted == 1 && m <= mostRows) return {1, 1};
  const GemmCode& isa = code();
  // Few panels are not shared out among threads: each would read all of A.
  const int64_t panels = ceilDivide(n, isa.columns);
  Grid grid{ceilDivide(m, panels > 4 ? mostRows : kBlockRows), 1};
  grid.columnParts = smaller(panels, ceilDivide(wanted, grid.rowParts));
  if (grid.tasks() < wanted) grid.rowParts = larger(grid.rowParts, smaller(ceilDivide(wanted, grid.columnParts), m / kLeastRows));
  // As many tasks for each of two or four threads.
  if (grid.rowParts > 4) grid.rowParts = ceilDivide(grid.rowParts, 4) * 4;
  return grid;
}

Block blockOf(const Grid& grid, int64_t m, int64_t n, int64_t task) {
  const int64_t row = task % grid.rowParts, column = task / grid.rowParts;
  return {m * row / grid.rowParts, m * (row + 1) / grid.rowParts, partBegin(n, code().columns, grid.columnParts, column),
          partBegin(n, code().columns, grid.columnParts, column + 1)};
}

int64_t splitsOf(int64_t m, int64_t n, int64_t k) {
  return k >= kSplitDepth && m * n <= kSplitElements ? smaller(kMostSplits, k / (kSplitDepth / 2)) : 1;
}

/** Adds `count` arrays of `size`, `stride` apart, into the first of them: a binary tree. */
void addParts(float* parts, int64_t count, int64_t stride, int64_t size) {
  for (int64_t step = 1; step < count; step *= 2)
    for (int64_t i = 0; i + step < count; i += 2 * step) {
      float* into = parts + i * stride;
      const float* from = parts + (i + step) * stride;
      for (int64_t e = 0; e < size; ++e) into[e] += from[e];
    }
}

/** Adds the partial sums, then does with the sum what the kernel does in one go where K is not split. */
void joinSplits(const Product& product, float* parts, int64_t splits) {
  const int64_t size = product.m * product.n;
  addParts(parts, splits, aligned(size), size);
  const Epilogue& epilogue = product.epilogue;
  const size_t columns = static_cast<size_t>(product.n);
  for (int64_t row = 0; row < product.m; ++row) {
    const float* sum = parts + row * product.n;
    float* c = product.c + row * product.cStride;
    const float* addend = epilogue.addend != nullptr ? epilogue.addend + row * epilogue.addendStride : nullptr;
    for (size_t j = 0; j < columns; ++j) {
      float value = sum[j];
      if (addend != nullptr) value = addend[j] + value;
      if (epilogue.bias != nullptr) value += epilogue.bias[j];
      c[j] = value;
    }
    if (epilogue.activation != simd::Activation::linear) simd::activationForward(epilogue.activation, epilogue.alpha, c, c, columns);
    if (epilogue.gate != nullptr)
      simd::activationGradientFromOutput(epilogue.gateActivation, epilogue.gateAlpha, c, epilogue.gate + row * epilogue.gateStride, c, columns);
  }
}

Skipped skippedIn(const Context& context, int64_t m, int64_t n, int64_t k, const Factor& a, const Factor& b) {
  return blockCode(context.precision) == code().block ? skippedFactor(m, n, k, a, b) : Skipped::none;
}

/** A strip of B and a tile of A; a panel of B and a block of A where rows are few or precision is reduced. */
int64_t blockScratchFloats(int64_t m, int64_t n, int64_t k) {
  const GemmCode& isa = code();
  // Tiles of AMX hold 32 of K.
  const int64_t depth = smaller(kDepth, ceilDivide(k, 32) * 32);
  const int64_t rows = smaller(kBlockRows, larger(m, 1));
  const int64_t panels = smaller(kStripColumns / isa.columns, ceilDivide(larger(n, 1), isa.columns));
  const int64_t strip = panels * (depth * isa.columns + kPanelGap) + isa.packedRows * (depth + kAlignment);
  return larger(aligned(strip), kDepth * isa.columns + aligned(ceilDivide(rows, isa.rows) * isa.packedRows * depth));
}

/** Scratch of one task. */
int64_t taskScratchFloats(int64_t m, int64_t n, int64_t k, bool zeros) {
  return larger(blockScratchFloats(m, n, k), zeros ? sparseScratchFloats(m, n, k) : 0);
}

Factor depthFrom(const Factor& factor, bool depthIsRow, int64_t begin) {
  return {factor.data + (depthIsRow ? begin * factor.stride : begin), factor.stride, factor.transposed};
}

/** The sums of B's columns that fall to a task: those of its block, which has just read them, by the first of the tasks that read them. */
void sumColumns(const Product& product, const Block& block, float* sums) {
  if (block.rowBegin > 0) return;
  simd::columnSums(product.b.data + block.columnBegin, static_cast<size_t>(product.b.stride), sums + block.columnBegin,
                   static_cast<size_t>(product.k), static_cast<size_t>(block.columnEnd - block.columnBegin));
}

}  // namespace

int64_t gemmScratchFloats(int64_t m, int64_t n, int64_t k, int threads, bool zeros) {
  const int64_t splits = k >= kSplitDepth ? kMostSplits * (aligned(smaller(m * n, kSplitElements)) + aligned(smaller(n, kSplitElements))) : 0;
  return threads * taskScratchFloats(m, n, k, zeros) + splits;
}

void gemm(const Context& context, int64_t m, int64_t n, int64_t k, const Factor& a, const Factor& b, float* c, int64_t cStride,
          const Epilogue& epilogue, float* scratch, float* columnSums) {
  if (m <= 0 || n <= 0) return;
  const auto computeBlock = blockCode(context.precision);
  const Product whole{m, n, k, a, b, c, cStride, epilogue};
  if (m <= code().rows * 2 && n <= code().columns && k <= kDepth) {
    // Planning would take as long as the product.
    const Block block{0, m, 0, n};
    computeBlock(whole, block, scratch);
    if (columnSums != nullptr) sumColumns(whole, block, columnSums);
    return;
  }
  const int64_t mostRows = computeBlock == code().block ? m : kBlockRows;
  const int64_t splits = splitsOf(m, n, k);
  const int64_t perTask = taskScratchFloats(m, n, k, a.zeros != Zeros::kept || b.zeros != Zeros::kept);
  const Skipped skipped = skippedIn(context, m, n, k, a, b);
  const Grid grid = skipped == Skipped::none ? gridOf(m, n, k / splits, context.threads, mostRows) : sparseGridOf(m, n, skipped, context.threads);
  const auto compute = [&](const Product& product, int64_t task, int worker, float* sums) {
    float* own = scratch + worker * perTask;
    const Block block = skipped == Skipped::none ? blockOf(grid, m, n, task) : sparseBlockOf(grid, m, n, skipped, task);
    if (skipped == Skipped::none)
      computeBlock(product, block, own);
    else
      sparseBlock(product, skipped, block, own);
    if (sums != nullptr) sumColumns(product, block, sums);
  };
  if (splits > 1) {
    float* parts = scratch + context.threads * perTask;
    const int64_t partStride = aligned(m * n), sumStride = aligned(n);
    float* partSums = columnSums == nullptr ? nullptr : parts + splits * partStride;
    parallelFor(context, splits * grid.tasks(), [&](int64_t tile, int worker) {
      const int64_t split = tile / grid.tasks();
      const int64_t begin = k * split / splits, end = k * (split + 1) / splits;
      const Product part{m, n, end - begin, depthFrom(a, a.transposed, begin), depthFrom(b, !b.transposed, begin), parts + split * partStride,
                         n, Epilogue{}};
      compute(part, tile % grid.tasks(), worker, partSums == nullptr ? nullptr : partSums + split * sumStride);
    });
    joinSplits(whole, parts, splits);
    if (partSums == nullptr) return;
    addParts(partSums, splits, sumStride, n);
    std::memcpy(columnSums, partSums, static_cast<size_t>(n) * sizeof(float));
    return;
  }
  parallelFor(context, grid.tasks(), [&](int64_t task, int worker) { compute(whole, task, worker, columnSums); });
}

void gemmSum(const Context& context, int64_t m, int64_t n, const Term* terms, int count, float* c, int64_t cStride, const Epilogue& epilogue,
             float* scratch) {
  if (m <= 0 || n <= 0) return;
  int64_t total = 0, deepest = 0;
  // One by one where one of them has a way of its own.
  bool apart = count == 1;
  for (int i = 0; i < count; ++i) {
    const Term& term = terms[i];
    total += term.depth;
    deepest = larger(deepest, term.depth);
    apart = apart || splitsOf(m, n, term.depth) > 1 || skippedIn(context, m, n, term.depth, term.a, term.b) != Skipped::none;
  }
  // Of the epilogue, the first product takes what it is added to and the last all that follows.
  const auto partOf = [&](int i) {
    Epilogue part;
    if (i == count - 1) part = epilogue;
    part.addend = i == 0 ? epilogue.addend : c;
    part.addendStride = i == 0 ? epilogue.addendStride : cStride;
    return part;
  };
  if (apart) {
    for (int i = 0; i < count; ++i)
      gemm(context, m, n, terms[i].depth, terms[i].a, terms[i].b, c, cStride, partOf(i), scratch);
    return;
  }
  const auto computeBlock = blockCode(context.precision);
  const int64_t perTask = blockScratchFloats(m, n, deepest);
  const Grid grid = gridOf(m, n, total, context.threads, kBlockRows);
  parallelFor(context, grid.tasks(), [&](int64_t tile, int worker) {
    const Block block = blockOf(grid, m, n, tile);
    for (int i = 0; i < count; ++i)
      computeBlock({m, n, terms[i].depth, terms[i].a, terms[i].b, c, cStride, partOf(i)}, block, scratch + worker * perTask);
  });
}

}  // namespace lamina
