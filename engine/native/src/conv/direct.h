#pragma once

#include <cstdint>

#include "../gemm/gemm.h"

namespace lamina {

/**
 * A cross-correlation over images [N, height, width, channels], as the direct kernels see it. Output pixel (y, x) of group g sums over
 * kernel positions (i, j): input pixel (y * strideHeight + i * dilationHeight - padTop, likewise along x) times the weights of (i, j).
 * The input may be spread: `spreadHeight` - 1 rows of zeros between its rows, `spreadWidth` - 1 pixels of zeros between its pixels; pads
 * count positions of the spread input and may be negative.
 */
struct Correlation {
  int64_t inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight, kernelWidth;
  int64_t strideHeight = 1, strideWidth = 1, dilationHeight = 1, dilationWidth = 1;
  int64_t padTop = 0, padLeft = 0, groups = 1;
  int64_t spreadHeight = 1, spreadWidth = 1;

  int64_t groupInputs() const { return inChannels / groups; }
  int64_t groupOutputs() const { return outChannels / groups; }
  /** Products that one output is the sum of. */
  int64_t depth() const { return kernelHeight * kernelWidth * groupInputs(); }
};

/** Which way round the weights are read. */
enum class Weights { forward, turned };

/** Scratch floats of `correlate` for so many threads. */
int64_t correlateScratchFloats(const Correlation& shape, int threads);

/**
 * y [samples, outHeight, outWidth, outChannels] = epilogue(correlation of x with w), epilogue.bias and activations as in `gemm`; `gate` has
 * y's shape. With Weights::forward, w is [kernelHeight, kernelWidth, groupInputs, outChannels]. With Weights::turned, w is
 * [kernelHeight, kernelWidth, groupOutputs, inChannels] and is read turned by 180 degrees: the gradient of a convolution's input.
 *
 * Implicit GEMM: weights are packed once into panels; the register-blocked kernel reads patches where they lie, out of rows that are
 * copied with their zeros only where there is padding. The order of each sum depends on shapes and the instruction set alone.
 */
void correlate(const Context& context, const Correlation& shape, Weights order, const float* x, const float* w, float* y,
               const Epilogue& epilogue, float* scratch);

/** Scratch floats of `correlateWeights` for up to `samples` samples. */
int64_t correlateWeightsScratchFloats(const Correlation& shape, int64_t samples, int threads);

/**
 * dw [kernelHeight, kernelWidth, groupInputs, outChannels] = gradient of the weights of a correlation of x whose output has gradient dy;
 * db [outChannels], unless null, = sums of dy. `shape` must not be spread. Samples are cut into parts that depend on the shape only.
 */
void correlateWeights(const Context& context, const Correlation& shape, const float* x, const float* dy, float* dw, float* db, float* scratch);

}  // namespace lamina
