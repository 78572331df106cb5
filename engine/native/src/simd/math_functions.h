/**
 * Elementary functions on one vector, for the instruction set opened by a vec_<isa>.h. Polynomials are minimax fits (Remez exchange in
 * 40-digit arithmetic) of the functions named beside them.
 */
namespace lamina::LAMINA_ISA {

using F = V::F;

constexpr float kLog2e = 1.44269504f;
/** log(2) as a sum; the first part has enough trailing zeros that a product with an exponent is exact. */
constexpr float kLn2High = 0.693359375f;
constexpr float kLn2Low = -2.12194440e-4f;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <int N> LAMINA_INLINE F polynomial(F x, const float (&c)[N]) {
  F p = V::set(c[N - 1]);
  LAMINA_UNROLL for (int i = N - 2; i >= 0; --i) p = V::fma(p, x, V::set(c[i]));
  return p;
}

/** r in [-log(2)/2, log(2)/2] and whole k with x = k log(2) + r. */
LAMINA_INLINE F reduceExponent(F x, F& k) {
  k = V::round(V::mul(x, V::set(kLog2e)));
  return V::fnma(k, V::set(kLn2Low), V::fnma(k, V::set(kLn2High), x));
}

/** e^r - 1 = r + r² q(r) near 0. */
LAMINA_INLINE F expm1Near0(F r) {
  constexpr float q[] = {5.000000000e-01f, 1.666651815e-01f, 4.166620597e-02f, 8.368946612e-03f, 1.395058702e-03f};
  return V::fma(V::mul(r, r), polynomial(r, q), r);
}

/** NaN stays NaN. */
LAMINA_INLINE F clamp(F x, float low, float high) { return V::min(V::set(high), V::max(V::set(low), x)); }

/** Below the first the result is 0, above the second infinity in float32. */
constexpr float kExpLow = -104.0f, kExpHigh = 89.0f;

/** e^x for x in [kExpLow, kExpHigh] or NaN. */
LAMINA_INLINE F expWithin(F x) {
  F k;
  const F r = reduceExponent(x, k);
  return V::scaleByPower(V::add(expm1Near0(r), V::set(1.0f)), k);
}

LAMINA_INLINE F exp(F x) { return expWithin(clamp(x, kExpLow, kExpHigh)); }

/** 2^k (e^r - 1 + (1 - 2^-k)); k = 0 up to 1/2, where the sum would cancel. -1 in float32 below -20. */
LAMINA_INLINE F expm1(F x) {
  constexpr float q[] = {5.000000596e-01f, 1.666666418e-01f, 4.166536033e-02f, 8.333578706e-03f, 1.399617642e-03f, 1.984980772e-04f};
  const F bounded = clamp(x, -20.0f, kExpHigh);
  F k = V::round(V::mul(bounded, V::set(kLog2e)));
  k = V::select(V::less(V::abs(bounded), V::set(0.5f)), V::zero(), k);
  const F r = V::fnma(k, V::set(kLn2Low), V::fnma(k, V::set(kLn2High), bounded));
  const F near = V::fma(V::mul(r, r), polynomial(r, q), r);
  const F one = V::set(1.0f);
  const F y = V::scaleByPower(V::add(near, V::sub(one, V::scaleByPower(one, V::sub(V::zero(), k)))), k);
  return V::select(V::lessEqual(V::abs(x), V::zero()), x, y);
}

/** k log(2) + log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)): log(1 + f) = f - f²/2 + f³ p(f). */
LAMINA_INLINE F logOf(F k, F f) {
  constexpr float p[] = {3.333331347e-01f, -2.500000894e-01f, 2.000211328e-01f, -1.666799635e-01f, 1.421965063e-01f,
                         -1.240564063e-01f, 1.188756749e-01f, -1.167512760e-01f, 6.747231632e-02f};
  const F square = V::mul(f, f);
  F tail = V::mul(V::mul(square, f), polynomial(f, p));
  tail = V::fma(k, V::set(kLn2Low), tail);
  tail = V::fnma(V::set(0.5f), square, tail);
  return V::fma(k, V::set(kLn2High), V::add(f, tail));
}

/** Natural logarithm of 2^k m with m in [sqrt(1/2), sqrt(2)), a normal number. */
LAMINA_INLINE F logNormal(F x) {
  const V::I bits = V::bits(x);
  const V::I e = V::template shiftRightSigned<23>(V::subi(bits, V::seti(0x3f3504f3)));
  return logOf(V::toFloat(e), V::sub(V::fromBits(V::subi(bits, V::template shiftLeft<23>(e))), V::set(1.0f)));
}

LAMINA_INLINE F log(F x) {
  const V::M denormal = V::less(x, V::set(1.17549435e-38f));
  const F scaled = V::select(denormal, V::mul(x, V::set(8388608.0f)), x);
  const V::I bits = V::bits(scaled);
  const V::I e = V::template shiftRightSigned<23>(V::subi(bits, V::seti(0x3f3504f3)));
  const F f = V::sub(V::fromBits(V::subi(bits, V::template shiftLeft<23>(e))), V::set(1.0f));
  const F k = V::add(V::toFloat(e), V::select(denormal, V::set(-23.0f), V::zero()));
  F y = logOf(k, f);
  y = V::select(V::less(V::set(3.40282347e38f), x), V::set(kInfinity), y);
  y = V::select(V::less(x, V::zero()), V::set(std::numeric_limits<float>::quiet_NaN()), y);
  y = V::select(V::isNaN(x), x, y);
  return V::select(V::lessEqual(V::abs(x), V::zero()), V::set(-kInfinity), y);
}

/** log(1 + x) = log(u) + (what was lost in rounding u = 1 + x) / u. */
LAMINA_INLINE F log1p(F x) {
  const F one = V::set(1.0f);
  const F u = V::add(one, x);
  const F exactPart = V::sub(u, one);
  const F lost = V::select(V::less(V::abs(x), one), V::sub(x, exactPart), V::sub(one, V::sub(u, x)));
  const F y = V::add(log(u), V::div(lost, u));
  const V::M usual = V::less(u, V::set(3.40282347e38f));
  const V::M tiny = V::less(V::abs(x), V::set(1e-15f));
  return V::select(tiny, x, V::select(usual, V::select(V::lessEqual(u, V::zero()), log(u), y), log(u)));
}

/** Odd polynomial near 0, else 1 - 2 / (e^2|x| + 1). */
LAMINA_INLINE F tanh(F x) {
  constexpr float p[] = {-3.333328366e-01f, 1.333151460e-01f, -5.374514684e-02f, 2.065522596e-02f, -5.721638445e-03f};
  const F size = V::abs(x);
  const F square = V::mul(x, x);
  const F near = V::fma(V::mul(x, square), polynomial(square, p), x);
  const F one = V::set(1.0f);
  const F power = expWithin(V::mul(V::set(2.0f), V::min(V::set(10.0f), size)));
  const F far = V::sub(one, V::div(V::set(2.0f), V::add(power, one)));
  return V::select(V::less(size, V::set(0.625f)), near, V::copySign(far, x));
}

/** e^-|x| or 1 over u = 1 + e^-|x|, less what was lost in rounding u; 1.457 - u / 2 is 1 / u within 5 % where u is 1 to 2. */
LAMINA_INLINE F sigmoid(F x) {
  const F one = V::set(1.0f);
  const F power = expWithin(V::max(V::set(kExpLow), V::sub(V::zero(), V::abs(x))));
  const F u = V::add(one, power);
  const F lost = V::sub(power, V::sub(u, one));
  const F y = V::div(V::select(V::less(x, V::zero()), power, one), u);
  return V::fnma(V::mul(y, lost), V::fnma(V::set(0.5f), u, V::set(1.457f)), y);
}

/** erf(x) = x + x p(x²) below 0.92, else 1 - e^(t q(t)) with t q(t) = log(erfc(t)); 1 in float32 beyond 4. */
LAMINA_INLINE F erf(F x) {
  constexpr float p[] = {1.283791512e-01f, -3.761250675e-01f, 1.128192693e-01f, -2.677023225e-02f, 4.998001270e-03f, -6.013395614e-04f};
  constexpr float q[] = {-1.128541470e+00f, -6.356731653e-01f, -1.051695049e-01f, 2.257562801e-02f,
                         -2.869128715e-03f, 2.743803634e-05f, 4.993990660e-05f, -5.296954441e-06f};
  const F t = V::abs(x);
  const F near = V::fma(x, polynomial(V::mul(x, x), p), x);
  const F bounded = V::min(V::set(4.0f), t);
  const F far = V::sub(V::set(1.0f), expWithin(V::mul(bounded, polynomial(bounded, q))));
  return V::select(V::less(t, V::set(0.92f)), near, V::copySign(far, x));
}

/** log(1 + e^x) = max(x, 0) + log(u) + (what was lost in rounding u) / u with u = 1 + e^-|x|, which is 1 to 2; there 1 / u is about 1 - f + f²/2. */
LAMINA_INLINE F softplus(F x) {
  const F one = V::set(1.0f);
  const F power = expWithin(V::max(V::set(kExpLow), V::sub(V::zero(), V::abs(x))));
  const F u = V::add(one, power);
  const F f = V::sub(u, one);
  const V::M large = V::less(V::set(1.41421354f), u);
  const F reduced = V::select(large, V::mul(V::set(0.5f), V::sub(f, one)), f);
  const F inverse = V::fma(V::fma(V::set(0.5f), f, V::set(-1.0f)), f, one);
  const F y = V::fma(V::sub(power, f), inverse, logOf(V::select(large, one, V::zero()), reduced));
  return V::add(V::max(V::zero(), x), y);
}

}  // namespace lamina::LAMINA_ISA
