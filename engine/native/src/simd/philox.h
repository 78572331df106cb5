/** Random numbers on one vector, for the instruction set opened by a vec_<isa>.h. */
namespace lamina::LAMINA_ISA {

/** Ten rounds of Philox4x32 on one counter a lane (Salmon et al. 2011). */
LAMINA_INLINE void philox(V::I c[4], uint64_t seed) {
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  const V::I m0 = V::seti(static_cast<int>(0xd2511f53u)), m1 = V::seti(static_cast<int>(0xcd9e8d57u));
  LAMINA_UNROLL for (int round = 0; round < 10; ++round) {
    V::I high0, low0, high1, low1;
    V::multiplyWide(c[0], m0, high0, low0);
    V::multiplyWide(c[2], m1, high1, low1);
    c[0] = V::xori(V::xori(high1, c[1]), V::seti(static_cast<int>(k0)));
    c[1] = low1;
    c[2] = V::xori(V::xori(high0, c[3]), V::seti(static_cast<int>(k1)));
    c[3] = low0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
}

/** What dropout of a rate multiplies by: 0 for random words below the rate, 1 / (1 - rate) for others. */
struct Dropped {
  F threshold, kept;

  explicit Dropped(double rate) : kept(V::set(static_cast<float>(1.0 / (1.0 - rate)))) {
    const double scaled = rate * 16777216.0;
    const double whole = static_cast<double>(static_cast<int64_t>(scaled));
    threshold = V::set(static_cast<float>(whole < scaled ? whole + 1 : whole));
  }
  LAMINA_INLINE F factor(V::I word) const {
    return V::select(V::less(V::toFloat(V::template shiftRight<8>(word)), threshold), V::zero(), kept);
  }
};

}  // namespace lamina::LAMINA_ISA
