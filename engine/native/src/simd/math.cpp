#include "math.h"

#include "math_table.h"

namespace lamina::simd {

const MathTable& math() {
  static const MathTable& chosen = [] () -> const MathTable& {
    switch (level()) {
#if defined(LAMINA_X86)
      case Level::avx512: return mathAvx512;
      case Level::avx2: return mathAvx2;
#elif defined(LAMINA_NEON)
      case Level::neon: return mathNeon;
#endif
      default: return mathPlain;
    }
  }();
  return chosen;
}

void vexp(const float* x, float* y, size_t n) { math().exp(x, y, n); }
void vexpm1(const float* x, float* y, size_t n) { math().expm1(x, y, n); }
void vlog(const float* x, float* y, size_t n) { math().log(x, y, n); }
void vlog1p(const float* x, float* y, size_t n) { math().log1p(x, y, n); }
void vtanh(const float* x, float* y, size_t n) { math().tanh(x, y, n); }
void vsigmoid(const float* x, float* y, size_t n) { math().sigmoid(x, y, n); }
void verf(const float* x, float* y, size_t n) { math().erf(x, y, n); }
void vsoftplus(const float* x, float* y, size_t n) { math().softplus(x, y, n); }

void activationForward(Activation activation, float alpha, const float* x, float* y, size_t n) {
  math().activationForward(activation, alpha, x, y, n);
}

bool hasGradientFromOutput(Activation activation, float alpha) {
  switch (activation) {
    case Activation::linear:
    case Activation::relu:
    case Activation::sigmoid:
    case Activation::tanh:
    case Activation::step: return true;
    case Activation::leakyRelu:
    case Activation::elu: return alpha > 0;
    default: return false;
  }
}

void activationGradientFromOutput(Activation activation, float alpha, const float* dy, const float* y, float* dx, size_t n) {
  math().activationGradientFromOutput(activation, alpha, dy, y, dx, n);
}

void activationGradientFromInput(Activation activation, float alpha, const float* dy, const float* x, float* dx, size_t n) {
  math().activationGradientFromInput(activation, alpha, dy, x, dx, n);
}

void softmaxRows(const float* x, float* y, size_t rows, size_t columns) { math().softmaxRows(x, y, rows, columns); }

void shiftRows(const float* x, float* shifted, float* powers, size_t rows, size_t columns) { math().shiftRows(x, shifted, powers, rows, columns); }

float largest(const float* x, size_t n) { return math().largest(x, n); }

void softmaxGradientRows(const float* dy, const float* y, float* dx, size_t rows, size_t columns) {
  math().softmaxGradientRows(dy, y, dx, rows, columns);
}

void columnSums(const float* x, size_t stride, float* sums, size_t rows, size_t columns) { math().columnSums(x, stride, sums, rows, columns); }

void dropoutForward(const float* x, float* y, float* mask, size_t first, size_t n, double rate, uint32_t step, uint32_t stream, uint64_t seed) {
  math().dropoutForward(x, y, mask, first, n, rate, step, stream, seed);
}

void randomNormal(float* y, size_t first, size_t n, float mean, float deviation, uint32_t step, uint32_t stream, uint64_t seed) {
  math().randomNormal(y, first, n, mean, deviation, step, stream, seed);
}

void adamUpdate(float* w, const float* g, float* m, float* v, size_t n, float alpha, float oneMinusBeta1, float oneMinusBeta2, float epsilon) {
  math().adamUpdate(w, g, m, v, n, alpha, oneMinusBeta1, oneMinusBeta2, epsilon);
}

void layerNormalizationRows(const float* x, const float* gamma, const float* beta, float* y, float* means, float* inverses, size_t rows,
                            size_t columns, float epsilon) {
  math().layerNormalizationRows(x, gamma, beta, y, means, inverses, rows, columns, epsilon);
}

void layerNormalizationGradientRows(const float* dy, const float* x, const float* gamma, const float* means, const float* inverses, float* dx,
                                    float* dgamma, float* dbeta, size_t rows, size_t columns) {
  math().layerNormalizationGradientRows(dy, x, gamma, means, inverses, dx, dgamma, dbeta, rows, columns);
}

}  // namespace lamina::simd
