#pragma once

#include <cstdint>

#include "direct.h"

namespace lamina {

/** Rows of output pixels of one group, as the code of an instruction set computes them. */
struct RowsJob {
  /** Input pixel of kernel position (0, 0) of the first output pixel, channels of the group; zeros are in place. */
  const float* x;
  int64_t rowStride, pixelStride;
  int64_t rows, width, strideHeight, strideWidth;
  /** Kernel positions as `outer` x `inner` runs of `depth` neighbouring floats. */
  int64_t outer, inner, depth, outerStride, innerStride;
  /** Panels of packed weights. */
  const float* packed;
  int64_t columns;
  float* y;
  int64_t yRow, yPixel;
  const float* bias;
  bool relu;
  /** Laid out as y. */
  const float* reluGate;
};

/** The contribution of such rows to the gradient of the weights. */
struct WeightsJob {
  const float* x;
  int64_t rowStride, pixelStride;
  int64_t rows, width, strideHeight, strideWidth;
  /** `outer` x `inner` runs of `run` neighbouring rows of dw. */
  int64_t outer, inner, run, outerStride, innerStride;
  const float* dy;
  int64_t dyRow, dyPixel;
  /** Columns of dy and dw to do. */
  int64_t columns;
  /** Added to. */
  float* dw;
  int64_t dwStride;
  /** rows * width * columns of a panel. */
  float* packed;
};

/** The code of one instruction set. */
struct ConvCode {
  /** Columns of a panel and floats of a vector. */
  int64_t columns, lanes;
  void (*rows)(const RowsJob& job);
  void (*weights)(const WeightsJob& job);
};

extern const ConvCode convPlain;
#if defined(LAMINA_X86)
extern const ConvCode convAvx2;
extern const ConvCode convAvx512;
#elif defined(LAMINA_NEON)
extern const ConvCode convNeon;
#endif

}  // namespace lamina
