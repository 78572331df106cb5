#pragma once

#include <cstdint>

#include "gemm.h"

namespace lamina {

/** Longest stretch of K that one pass of the kernel sums. */
constexpr int64_t kDepth = 512;
/** Columns of B that stay packed in the second-level cache while rows of A pass by. */
constexpr int64_t kStripColumns = 256;
/** Floats between packed panels, so that they do not fall into the same set of a cache. */
constexpr int64_t kPanelGap = 48;
/** Most rows of A that a block of reduced precision, and of C that a sum of products, keeps in the second-level cache. */
constexpr int64_t kBlockRows = 256;
/** Products that K is split for: few elements of C, each a long sum. */
constexpr int64_t kSplitElements = 16384;
constexpr int64_t kSplitDepth = 2048;
constexpr int64_t kMostSplits = 16;

/** One product or, where K is split, one range of its K. */
struct Product {
  int64_t m, n, k;
  Factor a, b;
  float* c;
  int64_t cStride;
  Epilogue epilogue;
};

/** Rows and columns of C that one task computes. */
struct Block {
  int64_t rowBegin, rowEnd, columnBegin, columnEnd;
};

/** How C is cut into tasks: as few as keep the threads busy, for an element's sum is the same in any of them. */
struct Grid {
  int64_t rowParts, columnParts;
  int64_t tasks() const { return rowParts * columnParts; }
};

/** The code of one instruction set. */
struct GemmCode {
  /** Rows and columns of the register block, and rows of a packed tile of A. */
  int64_t rows, columns, packedRows;
  /** Computes a block of C; `scratch` holds `blockScratchFloats`. */
  void (*block)(const Product& product, const Block& block, float* scratch);
  /** The same with both factors rounded to bfloat16, for processors without instructions for it. */
  void (*roundedBlock)(const Product& product, const Block& block, float* scratch);
};

extern const GemmCode gemmPlain;
#if defined(LAMINA_X86)
extern const GemmCode gemmAvx2;
extern const GemmCode gemmAvx512;
/** `roundedBlock` by the instructions of AVX512_BF16 and of AMX_BF16, and float32 by three products of the latter; null where the compiler has none. */
extern void (*const bfloat16BlockAmx)(const Product& product, const Block& block, float* scratch);
extern void (*const bfloat16x3BlockAmx)(const Product& product, const Block& block, float* scratch);
extern void (*const bfloat16BlockAvx512)(const Product& product, const Block& block, float* scratch);
#elif defined(LAMINA_NEON)
extern const GemmCode gemmNeon;
#endif

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline int64_t aligned(int64_t floats) { return (floats + kAlignment - 1) / kAlignment * kAlignment; }

/** Passes over K, each of at most kDepth. */
inline int64_t passesOf(int64_t k) { return k > kDepth ? ceilDivide(k, kDepth) : 1; }

/** What an epilogue asks for: a gate, one of relu (which kernels apply themselves), and anything that they leave to `finishTile`. */
struct Finish {
  bool gated, reluGate, unfinished;
};

inline Finish finishOf(const Epilogue& epilogue) {
  const bool gated = epilogue.gate != nullptr;
  const bool reluGate = gated && epilogue.gateActivation == simd::Activation::relu;
  const bool activated = epilogue.activation != simd::Activation::linear && epilogue.activation != simd::Activation::relu;
  return {gated, reluGate, activated || (gated && !reluGate)};
}

/** First element of part `index` of `count` parts of [0, size), equal to within one `unit`. */
inline int64_t partBegin(int64_t size, int64_t unit, int64_t count, int64_t index) {
  // Divisions take as long as a small product.
  if (index == 0) return 0;
  if (index >= count) return size;
  const int64_t units = (size + unit - 1) / unit;
  const int64_t begin = (units * index / count) * unit;
  return begin < size ? begin : size;
}

}  // namespace lamina
