#pragma once

#include "../kernel.h"
#include "plan.h"

namespace lamina {

/** Scratch floats of both passes for up to so many threads. */
int64_t attentionScratchFloats(const AttentionShape& shape, int threads);

/**
 * y = softmax(scale q kᵀ) v for every head (Vaswani et al. 2017). Scores exist for one tile of queries and one block of keys at a time; sums over
 * blocks are kept as in Dao et al. 2022, "FlashAttention". Heads are tasks of their own: the same bits for any number of threads.
 */
void runAttention(const Context& context, const AttentionForward& pass, int64_t samples, float* scratch);

/** Gradients; the weights are computed again, tile by tile. */
void runAttention(const Context& context, const AttentionBackward& pass, int64_t samples, float* scratch);

}  // namespace lamina
