#pragma once

#include <cstdint>

#include "plan.h"

namespace lamina {

/** Longest stretch of K whose panel stays in the first-level cache, and the columns of a panel. */
constexpr int64_t kStretch = 128;
constexpr int64_t kPanelColumns = 64;
/** Most rows whose lists are held at a time, of a K of one stretch and of a longer one: they stay in the second-level cache. */
constexpr int64_t kShortListRows = 256;
constexpr int64_t kLongListRows = 128;

/** Which factor a product skips the zeros of. */
enum class Skipped { none, a, b };

/** The factor whose zeros C = A B does without faster than with them. Follows from shape, instruction set and a sample of the data. */
Skipped skippedFactor(int64_t m, int64_t n, int64_t k, const Factor& a, const Factor& b);

/** Tasks by rows of the factor with the zeros first: each makes lists of its rows. */
Grid sparseGridOf(int64_t m, int64_t n, Skipped skipped, int threads);
Block sparseBlockOf(const Grid& grid, int64_t m, int64_t n, Skipped skipped, int64_t task);

/** Computes a block of C, of a product or of one range of its K; of one without an epilogue when zeros of B are skipped. */
void sparseBlock(const Product& product, Skipped skipped, const Block& block, float* scratch);

/** Scratch of one task, 0 where the instruction set has no code for it. */
int64_t sparseScratchFloats(int64_t m, int64_t n, int64_t k);

#if defined(LAMINA_X86)
/**
 * A block of C = A B that reads of each row of A only what is not zero; `turned` says that Cᵀ is wanted (without an epilogue), `block` counts in C.
 * Each element is summed in the order in which `GemmCode::block` sums it, less its zeros: the same number.
 */
void sparseBlockAvx512(const Product& product, bool turned, const Block& block, float* scratch);
#endif

}  // namespace lamina
