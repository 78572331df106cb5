/** Activations and their derivatives on one vector, for the instruction set opened by a vec_<isa>.h. Definitions: Keras 3, `keras.activations`. */
namespace lamina::LAMINA_ISA {

using simd::Activation;

constexpr float kSeluAlpha = 1.6732632423543772f;
constexpr float kSeluScale = 1.0507009873554805f;

LAMINA_INLINE F normalCdf(F x) {
  const F half = V::set(0.5f);
  return V::fma(half, erf(V::mul(x, V::set(0.707106781f))), half);
}

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
  return one;
}

}  // namespace lamina::LAMINA_ISA
