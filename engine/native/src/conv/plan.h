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

/** Rows and columns of the inputs, outputs and points of a tile of F(4x4, 3x3). */
constexpr int kWinogradInput = 6, kWinogradOutput = 4, kWinogradPositions = 36;
constexpr int64_t kWinogradMostChannels = 512;

/** Floats from one position to the next of `count` rows of `width` floats: not a power of two, so that positions differ in their cache sets. */
inline int64_t winogradStride(int64_t count, int64_t width) { return (count * width + 15) / 16 * 16 + 16; }

/** A 3x3 correlation with stride 1 in tiles of 4x4 outputs. */
struct WinogradShape {
  int64_t inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t padTop, padLeft;
  int64_t tilesHigh, tilesWide;
};

/** Tiles [first, first + count) of all samples: their outputs, or what they add to the gradient of the weights. */
struct WinogradStrip {
  WinogradShape shape;
  int64_t first, count;
  /** Tiles that are likely to be next. */
  int64_t next;
  const float* x;
  /** Weights at all positions, panel by panel. */
  const float* weights;
  float* y;
  const float* bias;
  bool relu;
  /** Laid out as y. */
  const float* reluGate;
  const float* dy;
  /** Gradients of the weights at all positions, laid out as `weights`; added to. */
  float* sums;
  float* scratch;
};

/** The code of one instruction set. */
struct ConvCode {
  /** Columns of a panel and floats of a vector. */
  int64_t columns, lanes;
  void (*rows)(const RowsJob& job);
  void (*weights)(const WeightsJob& job);
  void (*winogradStrip)(const WinogradStrip& job);
  void (*winogradAdd)(const WinogradStrip& job);
  /** Brings weights of input channels [first, end) and the panel of outputs from k on to the positions. */
  void (*winogradPack)(const WinogradShape& shape, bool turned, const float* w, int64_t k, int64_t first, int64_t end, float* packed);
  /** dw [3, 3, inputs, outputs] from gradients at all positions. */
  void (*winogradUnpack)(const WinogradShape& shape, const float* sums, float* dw);
};

/** That of this machine. */
const ConvCode& convCode();

extern const ConvCode convPlain;
#if defined(LAMINA_X86)
extern const ConvCode convAvx2;
extern const ConvCode convAvx512;
#elif defined(LAMINA_NEON)
extern const ConvCode convNeon;
#endif

}  // namespace lamina
