#pragma once

#include <limits>

#include "math.h"

namespace lamina::simd {

/** The array functions of one instruction set; see math.h. */
struct MathTable {
  using Unary = void (*)(const float* x, float* y, size_t n);
  Unary exp, expm1, log, log1p, tanh, sigmoid, erf, softplus;
  void (*activationForward)(Activation, float, const float*, float*, size_t);
  void (*activationGradientFromOutput)(Activation, float, const float*, const float*, float*, size_t);
  void (*activationGradientFromInput)(Activation, float, const float*, const float*, float*, size_t);
  void (*softmaxRows)(const float*, float*, size_t, size_t);
  void (*shiftRows)(const float*, float*, float*, size_t, size_t);
  float (*largest)(const float*, size_t);
  void (*softmaxGradientRows)(const float*, const float*, float*, size_t, size_t);
  void (*columnSums)(const float*, size_t, float*, size_t, size_t);
  void (*dropoutForward)(const float*, float*, float*, size_t, size_t, double, uint32_t, uint32_t, uint64_t);
  void (*randomNormal)(float*, size_t, size_t, float, float, uint32_t, uint32_t, uint64_t);
  void (*adamUpdate)(float*, const float*, float*, float*, size_t, float, float, float, float);
  void (*layerNormalizationRows)(const float*, const float*, const float*, float*, float*, float*, size_t, size_t, float);
  void (*layerNormalizationGradientRows)(const float*, const float*, const float*, const float*, const float*, float*, float*, float*, size_t, size_t);
};

extern const MathTable mathPlain;
#if defined(LAMINA_X86)
extern const MathTable mathAvx2;
extern const MathTable mathAvx512;
#elif defined(LAMINA_NEON)
extern const MathTable mathNeon;
#endif

/** The table of `level()`. */
const MathTable& math();

}  // namespace lamina::simd
