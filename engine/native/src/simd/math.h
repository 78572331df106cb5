#pragma once

#include <cstddef>
#include <cstdint>

#include "level.h"

/**
 * Array functions over float32, dispatched once to AVX-512, AVX2, NEON or plain C++. An element's result depends on nothing but that
 * element: arrays can be cut anywhere, at any alignment, and give the same bits. `y` may be `x` itself; other overlaps are not allowed.
 *
 * Errors in units of the last place (ulp) are the largest found over all exponents against double precision, on each instruction set,
 * and are asserted by test/unit/native-gemm. NaN gives NaN, infinities and denormals give the correctly rounded limits.
 */
namespace lamina::simd {

/** Indices as encoded in programs (docs/ops.md, `activation`). */
enum class Activation : int {
  linear, relu, sigmoid, tanh, step, leakyRelu, elu, selu, gelu, softplus, silu,
  geluTanh, softsign, mish, hardSigmoid, hardTanh, hardSilu, exponential, relu6, celu, logSigmoid, tanhShrink, softShrink, hardShrink, squareplus
};
constexpr int kActivations = 25;

/** e^x, 1.1 ulp. */
void vexp(const float* x, float* y, size_t n);
/** e^x - 1, 1.5 ulp. */
void vexpm1(const float* x, float* y, size_t n);
/** Natural logarithm, 1 ulp; -infinity for 0, NaN below. */
void vlog(const float* x, float* y, size_t n);
/** log(1 + x), 1.5 ulp. */
void vlog1p(const float* x, float* y, size_t n);
/** Hyperbolic tangent, 1.5 ulp. */
void vtanh(const float* x, float* y, size_t n);
/** 1 / (1 + e^-x), 2 ulp. */
void vsigmoid(const float* x, float* y, size_t n);
/** Error function, 1.5 ulp. */
void verf(const float* x, float* y, size_t n);
/** log(1 + e^x), 2 ulp. */
void vsoftplus(const float* x, float* y, size_t n);

/**
 * y = activation(x), Keras 3 definitions. gelu is the exact erf form, geluTanh that by tanh. Absolute error below 1.3e-7 * max(1, |x|)
 * for gelu, below 3e-7 * max(1, |x|, |y|) for geluTanh and all after it.
 */
void activationForward(Activation activation, float alpha, const float* x, float* y, size_t n);
/** Whether the derivative can be written with the activation's output alone: linear, relu, sigmoid, tanh, step; leakyRelu and elu when alpha > 0. */
bool hasGradientFromOutput(Activation activation, float alpha);
/** dx = dy * activation'(y), y being the activation's output. Only where `hasGradientFromOutput`. dx may be dy or y. */
void activationGradientFromOutput(Activation activation, float alpha, const float* dy, const float* y, float* dx, size_t n);
/** dx = dy * activation'(x), for every activation. dx may be dy or x. */
void activationGradientFromInput(Activation activation, float alpha, const float* dy, const float* x, float* dx, size_t n);

/** Softmax of each row, the row's maximum subtracted. Sums run in a fixed order that depends on `columns` only. y may be x. */
void softmaxRows(const float* x, float* y, size_t rows, size_t columns);
/** shifted = x - the row's maximum, powers = e^shifted for each row. shifted may be x. */
void shiftRows(const float* x, float* shifted, float* powers, size_t rows, size_t columns);
/** The largest of n numbers, -infinity of none; not a number when one is none. */
float largest(const float* x, size_t n);
/** dx = y (dy - sum(dy y)) for each row. dx may be dy or y. */
void softmaxGradientRows(const float* dy, const float* y, float* dx, size_t rows, size_t columns);
/** Sum over each column of x [rows, columns], rows `stride` floats apart: row r goes to
 * partial sum r % 4, in order; the result is (s0 + s1) + (s2 + s3). */
void columnSums(const float* x, size_t stride, float* sums, size_t rows, size_t columns);

/**
 * Inverted dropout of elements [first, first + n) of a tensor: mask = u >= rate ? 1 / (1 - rate) : 0, y = x * mask, where u comes from
 * Philox4x32-10(counter [e / 4, step, stream, 0], key = seed) as docs/ops.md says. Pointers are those of element `first`, which must be a
 * multiple of 4. y may be x.
 */
void dropoutForward(const float* x, float* y, float* mask, size_t first, size_t n, double rate, uint32_t step, uint32_t stream, uint64_t seed);

/**
 * y = mean + deviation z for elements [first, first + n) of a tensor, z being standard normal: the quantile (Wichura 1988, AS 241, PPND7;
 * error below 2e-6) of u = (word >> 9 + 1/2) / 2^23, where word e % 4 comes from Philox as for `dropoutForward`. `first` must be a
 * multiple of 4.
 */
void randomNormal(float* y, size_t first, size_t n, float mean, float deviation, uint32_t step, uint32_t stream, uint64_t seed);

/** One Adam update in one pass: m += (g - m)(1 - beta1); v += (g² - v)(1 - beta2); w -= m alpha / (sqrt(v) + epsilon). */
void adamUpdate(float* w, const float* g, float* m, float* v, size_t n, float alpha, float oneMinusBeta1, float oneMinusBeta2, float epsilon);

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta for each row; gamma, beta, means and inverses may be null. y may be x. */
void layerNormalizationRows(const float* x, const float* gamma, const float* beta, float* y, float* means, float* inverses, size_t rows,
                            size_t columns, float epsilon);
/** Gradients of it from the statistics of the rows; those of gamma and beta are added to what is there, in the order of the rows. dx may be dy or x. */
void layerNormalizationGradientRows(const float* dy, const float* x, const float* gamma, const float* means, const float* inverses, float* dx,
                                    float* dgamma, float* dbeta, size_t rows, size_t columns);

}  // namespace lamina::simd
