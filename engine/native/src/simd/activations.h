/** Activations and their derivatives on one vector, for the instruction set opened by a vec_<isa>.h. Definitions: Keras 3, `keras.activations`. */
namespace lamina::LAMINA_ISA {

using simd::Activation;

constexpr float kSeluAlpha = 1.6732632423543772f;
constexpr float kSeluScale = 1.0507009873554805f;

LAMINA_INLINE F normalCdf(F x) {
  const F half = V::set(0.5f);
  return V::fma(half, erf(V::mul(x, V::set(0.707106781f))), half);
}

/** Argument of the tanh in the approximate gelu (Hendrycks and Gimpel 2016): sqrt(2 / pi) (x + 0.044715 x³). */
constexpr float kGeluScale = 0.797884561f;
constexpr float kGeluCube = 0.044715f;

LAMINA_INLINE F geluArgument(F x) {
  return V::mul(V::mul(V::set(kGeluScale), x), V::fma(V::mul(V::set(kGeluCube), x), x, V::set(1.0f)));
}

/** Beyond it mish and its derivative are those of the identity in float32. */
constexpr float kMishLinear = 20.0f;

/** Thresholds of soft_shrink and hard_shrink, and b of squareplus, as Keras has them by default. */
constexpr float kShrink = 0.5f;
constexpr float kSquareplus = 4.0f;

template <Activation A> LAMINA_INLINE F activate(F x, F alpha) {
  const F zero = V::zero();
  const V::M negative = V::lessEqual(x, zero);
  if constexpr (A == Activation::relu) return V::select(negative, zero, x);
  if constexpr (A == Activation::sigmoid) return sigmoid(x);
  if constexpr (A == Activation::tanh) return tanh(x);
  if constexpr (A == Activation::step) return V::select(V::isNaN(x), x, V::select(V::less(x, zero), zero, V::set(1.0f)));
  if constexpr (A == Activation::leakyRelu) return V::select(negative, V::mul(alpha, x), x);
  if constexpr (A == Activation::elu) return V::select(negative, V::mul(alpha, expm1(x)), x);
  if constexpr (A == Activation::selu)
    return V::mul(V::set(kSeluScale), V::select(negative, V::mul(V::set(kSeluAlpha), expm1(x)), x));
  if constexpr (A == Activation::gelu) return V::mul(x, normalCdf(x));
  if constexpr (A == Activation::softplus) return softplus(x);
  if constexpr (A == Activation::silu) return V::mul(x, sigmoid(x));
  const F one = V::set(1.0f);
  if constexpr (A == Activation::geluTanh) {
    const F half = V::mul(V::set(0.5f), x);
    return V::fma(half, tanh(geluArgument(x)), half);
  }
  if constexpr (A == Activation::softsign)
    return V::select(V::less(V::set(1e30f), V::abs(x)), V::copySign(one, x), V::div(x, V::add(one, V::abs(x))));
  if constexpr (A == Activation::mish) {
    const F power = exp(clamp(x, -100.0f, kMishLinear));
    const F n = V::mul(power, V::add(power, V::set(2.0f)));
    return V::select(V::less(V::set(kMishLinear), x), x, V::mul(x, V::div(n, V::add(n, V::set(2.0f)))));
  }
  if constexpr (A == Activation::hardSigmoid) return clamp(V::fma(x, V::set(1.0f / 6.0f), V::set(0.5f)), 0.0f, 1.0f);
  if constexpr (A == Activation::hardTanh) return clamp(x, -1.0f, 1.0f);
  if constexpr (A == Activation::hardSilu) return V::mul(x, clamp(V::fma(x, V::set(1.0f / 6.0f), V::set(0.5f)), 0.0f, 1.0f));
  if constexpr (A == Activation::exponential) return exp(x);
  if constexpr (A == Activation::relu6) return clamp(x, 0.0f, 6.0f);
  if constexpr (A == Activation::celu) return V::select(negative, V::mul(alpha, expm1(V::div(x, alpha))), x);
  if constexpr (A == Activation::logSigmoid) return V::sub(zero, softplus(V::sub(zero, x)));
  if constexpr (A == Activation::tanhShrink) return V::sub(x, tanh(x));
  if constexpr (A == Activation::softShrink) {
    const F rest = V::sub(V::abs(x), V::set(kShrink));
    return V::select(V::lessEqual(rest, zero), V::mul(zero, x), V::copySign(rest, x));
  }
  if constexpr (A == Activation::hardShrink) return V::select(V::lessEqual(V::abs(x), V::set(kShrink)), zero, x);
  if constexpr (A == Activation::squareplus) {
    // Below 0 the sum cancels: (x + root) (root - x) = b.
    const F root = V::select(V::less(V::set(1e9f), V::abs(x)), V::abs(x), V::sqrt(V::fma(x, x, V::set(kSquareplus))));
    const F above = V::mul(V::set(0.5f), V::add(x, root));
    return V::select(V::less(x, zero), V::div(V::set(0.5f * kSquareplus), V::sub(root, x)), above);
  }
  return x;
}

/** Derivative at the input whose output is y. */
template <Activation A> LAMINA_INLINE F slopeFromOutput(F y, F alpha) {
  const F one = V::set(1.0f);
  const V::M negative = V::lessEqual(y, V::zero());
  if constexpr (A == Activation::relu) return V::select(negative, V::zero(), one);
  if constexpr (A == Activation::sigmoid) return V::mul(y, V::sub(one, y));
  if constexpr (A == Activation::tanh) return V::fnma(y, y, one);
  if constexpr (A == Activation::step) return V::zero();
  if constexpr (A == Activation::leakyRelu) return V::select(negative, alpha, one);
  if constexpr (A == Activation::elu) return V::select(negative, V::add(y, alpha), one);
  return one;
}

/** Derivative at x. */
template <Activation A> LAMINA_INLINE F slopeFromInput(F x, F alpha) {
  const F one = V::set(1.0f);
  const V::M negative = V::lessEqual(x, V::zero());
  if constexpr (A == Activation::relu || A == Activation::leakyRelu || A == Activation::step)
    return slopeFromOutput<A>(x, alpha);
  if constexpr (A == Activation::sigmoid || A == Activation::tanh) return slopeFromOutput<A>(activate<A>(x, alpha), alpha);
  if constexpr (A == Activation::elu) return V::select(negative, V::mul(alpha, exp(x)), one);
  if constexpr (A == Activation::selu)
    return V::mul(V::set(kSeluScale), V::select(negative, V::mul(V::set(kSeluAlpha), exp(x)), one));
  if constexpr (A == Activation::gelu) {
    const F density = V::mul(V::set(0.398942280f), exp(V::mul(V::set(-0.5f), V::mul(x, x))));
    return V::add(normalCdf(x), V::select(V::less(V::set(100.0f), V::abs(x)), V::zero(), V::mul(x, density)));
  }
  if constexpr (A == Activation::softplus) return sigmoid(x);
  if constexpr (A == Activation::silu) {
    const F s = sigmoid(x);
    const F bounded = clamp(x, -200.0f, 200.0f);
    return V::fma(V::mul(bounded, s), V::sub(one, s), s);
  }
  const F zero = V::zero();
  const F magnitude = V::abs(x);
  if constexpr (A == Activation::geluTanh) {
    const F bounded = clamp(x, -30.0f, 30.0f);
    const F t = tanh(geluArgument(bounded));
    const F inner = V::mul(V::set(kGeluScale), V::fma(V::mul(V::set(3.0f * kGeluCube), bounded), bounded, one));
    const F curve = V::mul(V::mul(bounded, V::fnma(t, t, one)), inner);
    return V::mul(V::set(0.5f), V::add(V::add(one, t), curve));
  }
  if constexpr (A == Activation::softsign) {
    const F ratio = V::div(one, V::add(one, magnitude));
    return V::mul(ratio, ratio);
  }
  if constexpr (A == Activation::mish) {
    const F bounded = clamp(x, -100.0f, kMishLinear);
    const F power = exp(bounded);
    const F n = V::mul(power, V::add(power, V::set(2.0f)));
    const F inverse = V::div(one, V::add(n, V::set(2.0f)));
    // The last factor is taken apart so that nothing overflows.
    const F curve = V::mul(V::mul(V::mul(V::set(4.0f), power), inverse), V::mul(V::add(power, one), inverse));
    return V::select(V::less(V::set(kMishLinear), x), one, V::fma(bounded, curve, V::mul(n, inverse)));
  }
  if constexpr (A == Activation::hardSigmoid) return V::select(V::less(magnitude, V::set(3.0f)), V::set(1.0f / 6.0f), zero);
  if constexpr (A == Activation::hardTanh) return V::select(V::less(magnitude, one), one, zero);
  if constexpr (A == Activation::hardSilu) {
    const F middle = V::fma(x, V::set(1.0f / 3.0f), V::set(0.5f));
    return V::select(V::less(magnitude, V::set(3.0f)), middle, V::select(negative, zero, one));
  }
  if constexpr (A == Activation::exponential) return exp(x);
  if constexpr (A == Activation::relu6) return V::select(negative, zero, V::select(V::less(x, V::set(6.0f)), one, zero));
  if constexpr (A == Activation::celu) return V::select(negative, exp(V::div(x, alpha)), one);
  if constexpr (A == Activation::logSigmoid) return sigmoid(V::sub(zero, x));
  if constexpr (A == Activation::tanhShrink) {
    const F t = tanh(x);
    return V::mul(t, t);
  }
  if constexpr (A == Activation::softShrink || A == Activation::hardShrink)
    return V::select(V::lessEqual(magnitude, V::set(kShrink)), zero, one);
  if constexpr (A == Activation::squareplus) {
    const F root = V::sqrt(V::fma(x, x, V::set(kSquareplus)));
    const F far = V::select(negative, zero, one);
    return V::select(V::less(V::set(1e18f), magnitude), far, V::fma(V::set(0.5f), V::div(x, root), V::set(0.5f)));
  }
  return one;
}

}  // namespace lamina::LAMINA_ISA
