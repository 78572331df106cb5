/** Defines LAMINA_MATH_TABLE, the array functions of math.h for the instruction set opened by a vec_<isa>.h. */
#include "math_functions.h"

#include "activations.h"
#include "philox.h"

namespace lamina::LAMINA_ISA {

constexpr size_t kWidth = V::width;

template <class Function> LAMINA_INLINE void map(const float* x, float* y, size_t n, Function function) {
  size_t i = 0;
  for (; i + kWidth <= n; i += kWidth) V::store(y + i, function(V::load(x + i)));
  if (i < n) V::storePart(y + i, n - i, function(V::loadPart(x + i, n - i)));
}

template <class Function> LAMINA_INLINE void map(const float* a, const float* b, float* y, size_t n, Function function) {
  size_t i = 0;
  for (; i + kWidth <= n; i += kWidth) V::store(y + i, function(V::load(a + i), V::load(b + i)));
  if (i < n) V::storePart(y + i, n - i, function(V::loadPart(a + i, n - i), V::loadPart(b + i, n - i)));
}

template <F (*Function)(F)> static void array(const float* x, float* y, size_t n) {
  size_t i = 0;
  for (; i + kWidth <= n; i += kWidth) V::store(y + i, Function(V::load(x + i)));
  if (i < n) V::storePart(y + i, n - i, Function(V::loadPart(x + i, n - i)));
}

template <Activation A> static void forward(float alpha, const float* x, float* y, size_t n) {
  const F slope = V::set(alpha);
  map(x, y, n, [slope](F a) { return activate<A>(a, slope); });
}
template <Activation A> static void fromOutput(float alpha, const float* dy, const float* y, float* dx, size_t n) {
  const F slope = V::set(alpha);
  map(dy, y, dx, n, [slope](F g, F a) { return V::mul(g, slopeFromOutput<A>(a, slope)); });
}
template <Activation A> static void fromInput(float alpha, const float* dy, const float* x, float* dx, size_t n) {
  const F slope = V::set(alpha);
  map(dy, x, dx, n, [slope](F g, F a) { return V::mul(g, slopeFromInput<A>(a, slope)); });
}

static void activationForward(Activation activation, float alpha, const float* x, float* y, size_t n) {
  using enum Activation;
  switch (activation) {
    case linear: return forward<linear>(alpha, x, y, n);
    case relu: return forward<relu>(alpha, x, y, n);
    case Activation::sigmoid: return forward<Activation::sigmoid>(alpha, x, y, n);
    case Activation::tanh: return forward<Activation::tanh>(alpha, x, y, n);
    case step: return forward<step>(alpha, x, y, n);
    case leakyRelu: return forward<leakyRelu>(alpha, x, y, n);
    case elu: return forward<elu>(alpha, x, y, n);
    case selu: return forward<selu>(alpha, x, y, n);
    case gelu: return forward<gelu>(alpha, x, y, n);
    case Activation::softplus: return forward<Activation::softplus>(alpha, x, y, n);
    case silu: return forward<silu>(alpha, x, y, n);
    case geluTanh: return forward<geluTanh>(alpha, x, y, n);
    case softsign: return forward<softsign>(alpha, x, y, n);
    case mish: return forward<mish>(alpha, x, y, n);
    case hardSigmoid: return forward<hardSigmoid>(alpha, x, y, n);
    case hardTanh: return forward<hardTanh>(alpha, x, y, n);
    case hardSilu: return forward<hardSilu>(alpha, x, y, n);
    case exponential: return forward<exponential>(alpha, x, y, n);
    case relu6: return forward<relu6>(alpha, x, y, n);
    case celu: return forward<celu>(alpha, x, y, n);
    case logSigmoid: return forward<logSigmoid>(alpha, x, y, n);
    case tanhShrink: return forward<tanhShrink>(alpha, x, y, n);
    case softShrink: return forward<softShrink>(alpha, x, y, n);
    case hardShrink: return forward<hardShrink>(alpha, x, y, n);
    case squareplus: return forward<squareplus>(alpha, x, y, n);
  }
}

static void activationGradientFromOutput(Activation activation, float alpha, const float* dy, const float* y, float* dx, size_t n) {
  switch (activation) {
    case Activation::relu: return fromOutput<Activation::relu>(alpha, dy, y, dx, n);
    case Activation::sigmoid: return fromOutput<Activation::sigmoid>(alpha, dy, y, dx, n);
    case Activation::tanh: return fromOutput<Activation::tanh>(alpha, dy, y, dx, n);
    case Activation::step: return fromOutput<Activation::step>(alpha, dy, y, dx, n);
    case Activation::leakyRelu: return fromOutput<Activation::leakyRelu>(alpha, dy, y, dx, n);
    case Activation::elu: return fromOutput<Activation::elu>(alpha, dy, y, dx, n);
    default: return fromOutput<Activation::linear>(alpha, dy, y, dx, n);
  }
}

static void activationGradientFromInput(Activation activation, float alpha, const float* dy, const float* x, float* dx, size_t n) {
  switch (activation) {
    case Activation::linear: return fromInput<Activation::linear>(alpha, dy, x, dx, n);
    case Activation::relu: return fromInput<Activation::relu>(alpha, dy, x, dx, n);
    case Activation::sigmoid: return fromInput<Activation::sigmoid>(alpha, dy, x, dx, n);
    case Activation::tanh: return fromInput<Activation::tanh>(alpha, dy, x, dx, n);
    case Activation::step: return fromInput<Activation::step>(alpha, dy, x, dx, n);
    case Activation::leakyRelu: return fromInput<Activation::leakyRelu>(alpha, dy, x, dx, n);
    case Activation::elu: return fromInput<Activation::elu>(alpha, dy, x, dx, n);
    case Activation::selu: return fromInput<Activation::selu>(alpha, dy, x, dx, n);
    case Activation::gelu: return fromInput<Activation::gelu>(alpha, dy, x, dx, n);
    case Activation::softplus: return fromInput<Activation::softplus>(alpha, dy, x, dx, n);
    case Activation::silu: return fromInput<Activation::silu>(alpha, dy, x, dx, n);
    case Activation::geluTanh: return fromInput<Activation::geluTanh>(alpha, dy, x, dx, n);
    case Activation::softsign: return fromInput<Activation::softsign>(alpha, dy, x, dx, n);
    case Activation::mish: return fromInput<Activation::mish>(alpha, dy, x, dx, n);
    case Activation::hardSigmoid: return fromInput<Activation::hardSigmoid>(alpha, dy, x, dx, n);
    case Activation::hardTanh: return fromInput<Activation::hardTanh>(alpha, dy, x, dx, n);
    case Activation::hardSilu: return fromInput<Activation::hardSilu>(alpha, dy, x, dx, n);
    case Activation::exponential: return fromInput<Activation::exponential>(alpha, dy, x, dx, n);
    case Activation::relu6: return fromInput<Activation::relu6>(alpha, dy, x, dx, n);
    case Activation::celu: return fromInput<Activation::celu>(alpha, dy, x, dx, n);
    case Activation::logSigmoid: return fromInput<Activation::logSigmoid>(alpha, dy, x, dx, n);
    case Activation::tanhShrink: return fromInput<Activation::tanhShrink>(alpha, dy, x, dx, n);
    case Activation::softShrink: return fromInput<Activation::softShrink>(alpha, dy, x, dx, n);
    case Activation::hardShrink: return fromInput<Activation::hardShrink>(alpha, dy, x, dx, n);
    case Activation::squareplus: return fromInput<Activation::squareplus>(alpha, dy, x, dx, n);
  }
}

LAMINA_INLINE float sumOfLanes(F v) {
  float lane[kWidth];
  V::store(lane, v);
  for (size_t half = kWidth / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  return lane[0];
}

LAMINA_INLINE float largestOfLanes(F v) {
  float lane[kWidth];
  V::store(lane, v);
  for (size_t half = kWidth / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i) lane[i] = lane[i] < lane[i + half] ? lane[i + half] : lane[i];
  return lane[0];
}

LAMINA_INLINE float largest(const float* x, size_t n) {
  F most = V::set(-std::numeric_limits<float>::infinity());
  size_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    const F a = V::load(x + i);
    most = V::select(V::less(most, a), a, most);
  }
  float result = largestOfLanes(most);
  for (; i < n; ++i) result = result < x[i] ? x[i] : result;
  return result;
}

/** Calls body(columns as vectors, rows) for as many rows as lanes at a time, of rows of at most a vector. */
template <class Body> LAMINA_INLINE void forNarrowRows(const float* x, size_t rows, size_t columns, Body body) {
  F column[kWidth];
  for (size_t row = 0; row < rows; row += kWidth, x += kWidth * columns) {
    const size_t count = rows - row < kWidth ? rows - row : kWidth;
    LAMINA_UNROLL for (size_t r = 0; r < kWidth; ++r) column[r] = r < count ? V::loadPart(x + r * columns, columns) : V::zero();
    V::transpose(column);
    body(column, row, count);
  }
}

/** Turns columns back and stores them as rows. */
LAMINA_INLINE void storeTurned(F (&column)[kWidth], float* y, size_t count, size_t columns) {
  V::transpose(column);
  LAMINA_UNROLL for (size_t r = 0; r < kWidth; ++r)
    if (r < count) V::storePart(y + r * columns, columns, column[r]);
}

LAMINA_INLINE F largestColumn(const F (&column)[kWidth], size_t columns) {
  F most = V::set(-std::numeric_limits<float>::infinity());
  for (size_t c = 0; c < columns; ++c) most = V::select(V::less(most, column[c]), column[c], most);
  return most;
}

/** As `softmaxRows` for rows of at most a vector, column by column; the sum's tree is that of `sumOfLanes`. */
static void softmaxNarrowRows(const float* x, float* y, size_t rows, size_t columns) {
  forNarrowRows(x, rows, columns, [=](F (&column)[kWidth], size_t row, size_t count) {
    const F most = largestColumn(column, columns);
    F sum[kWidth];
    for (size_t c = 0; c < columns; ++c) sum[c] = column[c] = exp(V::sub(column[c], most));
    for (size_t half = kWidth / 2; half > 0; half /= 2)
      for (size_t c = half; c < 2 * half && c < columns; ++c) sum[c - half] = V::add(sum[c - half], sum[c]);
    for (size_t c = 0; c < columns; ++c) column[c] = V::div(column[c], sum[0]);
    storeTurned(column, y + row * columns, count, columns);
  });
}

static void shiftRows(const float* x, float* shifted, float* powers, size_t rows, size_t columns) {
  if (kWidth > 1 && columns <= kWidth) {
    forNarrowRows(x, rows, columns, [=](F (&column)[kWidth], size_t row, size_t count) {
      const F most = largestColumn(column, columns);
      F power[kWidth];
      for (size_t c = 0; c < columns; ++c) power[c] = exp(column[c] = V::sub(column[c], most));
      storeTurned(column, shifted + row * columns, count, columns);
      storeTurned(power, powers + row * columns, count, columns);
    });
    return;
  }
  for (size_t row = 0; row < rows; ++row, x += columns, shifted += columns, powers += columns) {
    const F most = V::set(largest(x, columns));
    map(x, shifted, columns, [most](F a) { return V::sub(a, most); });
    array<exp>(shifted, powers, columns);
  }
}

static float largestNumber(const float* x, size_t n) {
  constexpr size_t chains = 4;
  const auto larger = [](F most, F a) { return V::select(V::isNaN(a), a, V::select(V::less(most, a), a, most)); };
  F most[chains];
  LAMINA_UNROLL for (size_t c = 0; c < chains; ++c) most[c] = V::set(-std::numeric_limits<float>::infinity());
  size_t i = 0;
  for (; i + chains * kWidth <= n; i += chains * kWidth)
    LAMINA_UNROLL for (size_t c = 0; c < chains; ++c) most[c] = larger(most[c], V::load(x + i + c * kWidth));
  for (; i + kWidth <= n; i += kWidth) most[0] = larger(most[0], V::load(x + i));
  float lane[kWidth];
  V::store(lane, larger(larger(most[0], most[1]), larger(most[2], most[3])));
  float result = lane[0];
  const auto take = [&result](float a) { result = result < a || a != a ? a : result; };
  for (size_t l = 1; l < kWidth; ++l) take(lane[l]);
  for (; i < n; ++i) take(x[i]);
  return result;
}

static void softmaxRows(const float* x, float* y, size_t rows, size_t columns) {
  if (kWidth > 1 && columns <= kWidth) return softmaxNarrowRows(x, y, rows, columns);
  for (size_t row = 0; row < rows; ++row, x += columns, y += columns) {
    const F most = V::set(largest(x, columns));
    F sum = V::zero();
    size_t i = 0;
    for (; i + kWidth <= columns; i += kWidth) {
      const F power = exp(V::sub(V::load(x + i), most));
      sum = V::add(sum, power);
      V::store(y + i, power);
    }
    if (i < columns) {
      float part[kWidth] = {};
      V::storePart(part, columns - i, exp(V::sub(V::loadPart(x + i, columns - i), most)));
      const F power = V::load(part);
      sum = V::add(sum, power);
      V::storePart(y + i, columns - i, power);
    }
    const F total = V::set(sumOfLanes(sum));
    map(y, y, columns, [total](F a) { return V::div(a, total); });
  }
}

static void softmaxGradientRows(const float* dy, const float* y, float* dx, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, dy += columns, y += columns, dx += columns) {
    F sum = V::zero();
    size_t i = 0;
    for (; i + kWidth <= columns; i += kWidth) sum = V::fma(V::load(dy + i), V::load(y + i), sum);
    if (i < columns) {
      float part[kWidth] = {};
      V::storePart(part, columns - i, V::mul(V::loadPart(dy + i, columns - i), V::loadPart(y + i, columns - i)));
      sum = V::add(sum, V::load(part));
    }
    const F total = V::set(sumOfLanes(sum));
    map(dy, y, dx, columns, [total](F g, F a) { return V::mul(a, V::sub(g, total)); });
  }
}

/** Sums of `Vectors` vectors of columns, the last of which may be cut: four interleaved sums of rows each, added as a tree. */
template <size_t Vectors> LAMINA_INLINE void sumColumns(const float* x, size_t stride, float* sums, size_t rows, size_t last) {
  const auto load = [=](size_t row, size_t v) {
    const float* from = x + row * stride + v * kWidth;
    return v + 1 < Vectors || last == kWidth ? V::load(from) : V::loadPart(from, last);
  };
  F sum[4][Vectors];
  LAMINA_UNROLL for (size_t i = 0; i < 4; ++i)
    LAMINA_UNROLL for (size_t v = 0; v < Vectors; ++v) sum[i][v] = V::zero();
  size_t row = 0;
  for (; row + 4 <= rows; row += 4)
    LAMINA_UNROLL for (size_t i = 0; i < 4; ++i)
      LAMINA_UNROLL for (size_t v = 0; v < Vectors; ++v) sum[i][v] = V::add(sum[i][v], load(row + i, v));
  LAMINA_UNROLL for (size_t i = 0; i < 3; ++i)
    LAMINA_UNROLL for (size_t v = 0; v < Vectors; ++v)
      if (row + i < rows) sum[i][v] = V::add(sum[i][v], load(row + i, v));
  LAMINA_UNROLL for (size_t v = 0; v < Vectors; ++v) {
    const F total = V::add(V::add(sum[0][v], sum[1][v]), V::add(sum[2][v], sum[3][v]));
    if (v + 1 < Vectors || last == kWidth)
      V::store(sums + v * kWidth, total);
    else
      V::storePart(sums + v * kWidth, last, total);
  }
}

static void columnSums(const float* x, size_t stride, float* sums, size_t rows, size_t columns) {
  size_t j = 0;
  // As many columns as two lines of a cache hold: neighbours come together.
  for (; j + 2 * kWidth <= columns; j += 2 * kWidth) sumColumns<2>(x + j, stride, sums + j, rows, kWidth);
  for (; j < columns; j += kWidth) sumColumns<1>(x + j, stride, sums + j, rows, columns - j < kWidth ? columns - j : kWidth);
}

/** Philox words of the elements from `first` on, four vectors of them: word w of each block in words[w]. */
LAMINA_INLINE void philoxWords(V::I words[4], size_t first, uint32_t step, uint32_t stream, uint64_t seed) {
  words[0] = V::addi(V::seti(static_cast<int>(static_cast<uint32_t>(first / 4))), V::iota());
  words[1] = V::seti(static_cast<int>(step));
  words[2] = V::seti(static_cast<int>(stream));
  words[3] = V::seti(0);
  philox(words, seed);
}

static void dropoutForward(const float* x, float* y, float* mask, size_t first, size_t n, double rate, uint32_t step, uint32_t stream,
                           uint64_t seed) {
  const Dropped dropped(rate);
  for (size_t i = 0; i < n; i += 4 * kWidth) {
    V::I c[4];
    philoxWords(c, first + i, step, stream, seed);
    F word[4], ordered[4];
    LAMINA_UNROLL for (int w = 0; w < 4; ++w) word[w] = dropped.factor(c[w]);
    V::interleave(word, ordered);
    LAMINA_UNROLL for (size_t w = 0; w < 4; ++w) {
      const size_t at = i + w * kWidth;
      if (at + kWidth <= n) {
        V::store(mask + at, ordered[w]);
        V::store(y + at, V::mul(V::load(x + at), ordered[w]));
      } else if (at < n) {
        V::storePart(mask + at, n - at, ordered[w]);
        V::storePart(y + at, n - at, V::mul(V::loadPart(x + at, n - at), ordered[w]));
      }
    }
  }
}

/** The standard normal quantile of p in [2^-24, 1 - 2^-24]: AS 241, whose branch for p below e^-25 is never met. */
LAMINA_INLINE F normalQuantile(F p) {
  constexpr float a[] = {3.3871327179e+00f, 5.0434271938e+01f, 1.5929113202e+02f, 5.9109374720e+01f};
  constexpr float b[] = {1.0f, 1.7895169469e+01f, 7.8757757664e+01f, 6.7187563600e+01f};
  constexpr float c[] = {1.4234372777e+00f, 2.7568153900e+00f, 1.3067284816e+00f, 1.7023821103e-01f};
  constexpr float d[] = {1.0f, 7.3700164250e-01f, 1.2021132975e-01f};
  const F q = V::sub(p, V::set(0.5f));
  const F near = V::fnma(q, q, V::set(0.180625f));
  const V::M middle = V::lessEqual(V::abs(q), V::set(0.425f));
  const F other = V::sub(V::set(1.0f), p);
  const F far = V::sub(V::sqrt(V::sub(V::zero(), logNormal(V::select(V::less(p, other), p, other)))), V::set(1.6f));
  const F over = V::select(middle, V::mul(q, polynomial(near, a)), polynomial(far, c));
  const F under = V::select(middle, polynomial(near, b), polynomial(far, d));
  const F quotient = V::div(over, under);
  return V::select(middle, quotient, V::copySign(quotient, q));
}

static void randomNormal(float* y, size_t first, size_t n, float mean, float deviation, uint32_t step, uint32_t stream, uint64_t seed) {
  const F centre = V::set(mean), spread = V::set(deviation);
  for (size_t i = 0; i < n; i += 4 * kWidth) {
    V::I c[4];
    philoxWords(c, first + i, step, stream, seed);
    F word[4], ordered[4];
    LAMINA_UNROLL for (int w = 0; w < 4; ++w) {
      const F half = V::add(V::toFloat(V::template shiftRight<9>(c[w])), V::set(0.5f));
      word[w] = V::fma(spread, normalQuantile(V::mul(half, V::set(1.1920929e-7f))), centre);
    }
    V::interleave(word, ordered);
    LAMINA_UNROLL for (size_t w = 0; w < 4; ++w) {
      const size_t at = i + w * kWidth;
      if (at + kWidth <= n) V::store(y + at, ordered[w]);
      else if (at < n) V::storePart(y + at, n - at, ordered[w]);
    }
  }
}

static void adamUpdate(float* w, const float* g, float* m, float* v, size_t n, float alpha, float oneMinusBeta1, float oneMinusBeta2,
                       float epsilon) {
  const F a = V::set(alpha), b1 = V::set(oneMinusBeta1), b2 = V::set(oneMinusBeta2), e = V::set(epsilon);
  const auto update = [a, b1, b2, e](F weight, F gradient, F& mean, F& variance) {
    mean = V::fma(V::sub(gradient, mean), b1, mean);
    variance = V::fma(V::sub(V::mul(gradient, gradient), variance), b2, variance);
    return V::sub(weight, V::div(V::mul(mean, a), V::add(V::sqrt(variance), e)));
  };
  size_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    F mean = V::load(m + i), variance = V::load(v + i);
    V::store(w + i, update(V::load(w + i), V::load(g + i), mean, variance));
    V::store(m + i, mean);
    V::store(v + i, variance);
  }
  if (i < n) {
    const size_t part = n - i;
    F mean = V::loadPart(m + i, part), variance = V::loadPart(v + i, part);
    V::storePart(w + i, part, update(V::loadPart(w + i, part), V::loadPart(g + i, part), mean, variance));
    V::storePart(m + i, part, mean);
    V::storePart(v + i, part, variance);
  }
}

}  // namespace lamina::LAMINA_ISA

#include "layer_normalization.h"

#define LAMINA_MATH_TABLE                                                        \
  {                                                                              \
    LAMINA_ISA::array<LAMINA_ISA::exp>, LAMINA_ISA::array<LAMINA_ISA::expm1>,    \
    LAMINA_ISA::array<LAMINA_ISA::log>, LAMINA_ISA::array<LAMINA_ISA::log1p>,    \
    LAMINA_ISA::array<LAMINA_ISA::tanh>, LAMINA_ISA::array<LAMINA_ISA::sigmoid>, \
    LAMINA_ISA::array<LAMINA_ISA::erf>, LAMINA_ISA::array<LAMINA_ISA::softplus>, \
    LAMINA_ISA::activationForward, LAMINA_ISA::activationGradientFromOutput,     \
    LAMINA_ISA::activationGradientFromInput, LAMINA_ISA::softmaxRows,            \
    LAMINA_ISA::shiftRows, LAMINA_ISA::largestNumber,                            \
    LAMINA_ISA::softmaxGradientRows, LAMINA_ISA::columnSums,                     \
    LAMINA_ISA::dropoutForward, LAMINA_ISA::randomNormal,                        \
    LAMINA_ISA::adamUpdate, LAMINA_ISA::layerNormalizationRows,                  \
    LAMINA_ISA::layerNormalizationGradientRows                                   \
  }
