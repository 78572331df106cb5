#pragma once

#include "direct.h"

namespace lamina {

/**
 * Whether F(4x4, 3x3) is faster than the direct kernels, by counting operations: 3x3 kernels at stride 1 between enough channels. Depends on
 * the shape of a sample and the instruction set only. Its results differ from exact ones about twice as much as those of the direct kernels
 * (relative error 7e-7 against 3e-7 in the mean, with normal weights and inputs and 64 channels).
 */
bool winogradPays(const Correlation& shape);

/** As `correlate` and `correlateWeights`, for shapes that `winogradPays` holds of. Tiles are computed in strips that stay in the second-level cache. */
int64_t winogradScratchFloats(const Correlation& shape, int threads);
void winogradCorrelate(const Context& context, const Correlation& shape, Weights order, const float* x, const float* w, float* y,
                       const Epilogue& epilogue, float* scratch);
int64_t winogradWeightsScratchFloats(const Correlation& shape, int64_t samples, int threads);
void winogradCorrelateWeights(const Context& context, const Correlation& shape, const float* x, const float* dy, float* dw, float* db,
                              float* scratch);

}  // namespace lamina
