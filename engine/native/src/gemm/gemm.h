#pragma once

#include <cstdint>

#include "../kernel.h"
#include "../simd/math.h"

namespace lamina {

/** What happens to each element of a product before it is stored, in this order; all of it is optional. */
struct Epilogue {
  /** [M, N], what the product is added to; it may be C itself. */
  const float* addend = nullptr;
  int64_t addendStride = 0;
  /** [N], added to every row. */
  const float* bias = nullptr;
  simd::Activation activation = simd::Activation::linear;
  float alpha = 0;
  /** [M, N]: multiplies by the derivative of `gateActivation`, expressed by its output (see simd::hasGradientFromOutput). */
  const float* gate = nullptr;
  int64_t gateStride = 0;
  simd::Activation gateActivation = simd::Activation::linear;
  float gateAlpha = 0;
};

/**
 * What a float32 product does about zeros in a factor: multiplies by them; skips them where a sample of the factor says that this is faster; skips
 * them (for tests). Only AVX-512 has code that skips. A skipped zero adds nothing, even where it would have met an infinity or what is no number.
 */
enum class Zeros { kept, counted, skipped };

/** One factor of a product: row-major with `stride` floats from row to row. `transposed` says that the factor is the matrix stored here, turned. */
struct Factor {
  const float* data;
  int64_t stride;
  bool transposed;
  Zeros zeros = Zeros::kept;
};

/** One of the products that `gemmSum` adds: A [M, depth] B [depth, N]. */
struct Term {
  int64_t depth;
  Factor a, b;
};

/** Scratch floats (64-byte aligned) that `gemm` needs for products of up to these sizes by up to this many threads; `zeros`: one that may skip some. */
int64_t gemmScratchFloats(int64_t m, int64_t n, int64_t k, int threads, bool zeros = false);

/**
 * C [M, N] = epilogue(A [M, K] B [K, N]), all row-major, C not overlapping A or B. Allocates nothing.
 *
 * The order of summation and the splitting of K follow from M, N, K and the instruction set only: the same bits for any number of threads,
 * which decides into how many tasks C is cut. Packed panels and a register-blocked kernel as in Goto and van de Geijn (2008), "Anatomy of high-performance matrix
 * multiplication".
 *
 * A product that skips zeros (decision 0020) sums the rest in the same order: the same numbers, the sign of a zero aside. Zeros of B are skipped only without an epilogue.
 *
 * With `Precision::bfloat16` both factors are rounded to bfloat16 (half to even) and products are summed in float32: by TDPBF16PS or VDPBF16PS
 * where the processor has them, which add pairs and take subnormal numbers for zero, else by float32 instructions. With
 * `Precision::bfloat16x3` and AMX each factor is the sum of two bfloat16 numbers and the product of the small ones is left out: within
 * 4.6e-5 (3 * 2^-16) of the sum of the products' magnitudes, rounding of the sums aside.
 *
 * `columnSums` [N], where it is wanted: the sums of the columns of B, which is not transposed, in float32 whatever the precision.
 */
void gemm(const Context& context, int64_t m, int64_t n, int64_t k, const Factor& a, const Factor& b, float* c, int64_t cStride,
          const Epilogue& epilogue, float* scratch, float* columnSums = nullptr);

/**
 * C = epilogue(the sum of `count` products), added in order, each block of C while it is in the second-level cache; else as `gemm`. Scratch as for the deepest of
 * them.
 */
void gemmSum(const Context& context, int64_t m, int64_t n, const Term* terms, int count, float* c, int64_t cStride, const Epilogue& epilogue,
             float* scratch);

}  // namespace lamina
