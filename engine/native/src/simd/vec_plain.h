/**
 * Opens a source file that is compiled for any processor, one float at a time.
 *
 * Each vec_<isa>.h names its instruction set in LAMINA_ISA (used as a namespace, so that no function exists twice under one name), switches
 * the compiler to it for the rest of the file, and defines `V`: float vectors F, integer vectors I, masks M and what can be done with
 * them. `maskedLoadsAreFree`: loadPart costs no more than load.
 */
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "inline.h"

#define LAMINA_ISA plain

namespace lamina::plain {

struct V {
  static constexpr int width = 1;
  static constexpr bool maskedLoadsAreFree = true;
  using F = float;
  using I = int32_t;
  using M = bool;

  static LAMINA_INLINE F load(const float* p) { return *p; }
  static LAMINA_INLINE F loadPart(const float* p, size_t) { return *p; }
  static LAMINA_INLINE void store(float* p, F a) { *p = a; }
  static LAMINA_INLINE void storePart(float* p, size_t, F a) { *p = a; }
  static LAMINA_INLINE F set(float a) { return a; }
  static LAMINA_INLINE F zero() { return 0.0f; }

  static LAMINA_INLINE F add(F a, F b) { return a + b; }
  static LAMINA_INLINE F sub(F a, F b) { return a - b; }
  static LAMINA_INLINE F mul(F a, F b) { return a * b; }
  static LAMINA_INLINE F div(F a, F b) { return a / b; }
  static LAMINA_INLINE F sqrt(F a) { return std::sqrt(a); }
  /** Two roundings: a fused product would be a library call where the processor has none. */
  static LAMINA_INLINE F fma(F a, F b, F c) { return a * b + c; }
  /** sum = fma(a, b, sum), in the register that `sum` lives in: GCC otherwise rotates the registers of many sums and has to spill some. */
  static LAMINA_INLINE void accumulate(F& sum, F a, F b) { sum = fma(a, b, sum); }
  static LAMINA_INLINE F fnma(F a, F b, F c) { return c - a * b; }
  static LAMINA_INLINE F round(F a) { return (a + 12582912.0f) - 12582912.0f; }

  /** The larger and the smaller of two; b where either is NaN. */
  static LAMINA_INLINE F max(F a, F b) { return a > b ? a : b; }
  static LAMINA_INLINE F min(F a, F b) { return a < b ? a : b; }
  static LAMINA_INLINE M less(F a, F b) { return a < b; }
  static LAMINA_INLINE M lessEqual(F a, F b) { return a <= b; }
  static LAMINA_INLINE M isNaN(F a) { return a != a; }
  static LAMINA_INLINE F select(M m, F a, F b) { return m ? a : b; }
  /** The larger; b when one is no number. */
  static LAMINA_INLINE F larger(F a, F b) { return a > b ? a : b; }

  static LAMINA_INLINE I bits(F a) {
    I result;
    std::memcpy(&result, &a, sizeof result);
    return result;
  }
  static LAMINA_INLINE F fromBits(I a) {
    F result;
    std::memcpy(&result, &a, sizeof result);
    return result;
  }
  static LAMINA_INLINE F abs(F a) { return fromBits(bits(a) & 0x7fffffff); }
  static LAMINA_INLINE F copySign(F magnitude, F sign) {
    return fromBits((bits(sign) & static_cast<I>(0x80000000u)) | (bits(magnitude) & 0x7fffffff));
  }
  static LAMINA_INLINE I seti(int a) { return a; }
  static LAMINA_INLINE I addi(I a, I b) { return static_cast<I>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b)); }
  static LAMINA_INLINE I subi(I a, I b) { return static_cast<I>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b)); }
  static LAMINA_INLINE I xori(I a, I b) { return a ^ b; }
  template <int K> static LAMINA_INLINE I shiftLeft(I a) { return static_cast<I>(static_cast<uint32_t>(a) << K); }
  template <int K> static LAMINA_INLINE I shiftRight(I a) { return static_cast<I>(static_cast<uint32_t>(a) >> K); }
  template <int K> static LAMINA_INLINE I shiftRightSigned(I a) { return a >> K; }
  /** Of whole numbers only (NaN gives 0). */
  static LAMINA_INLINE I toInt(F a) { return a == a ? static_cast<I>(a) : 0; }
  static LAMINA_INLINE F toFloat(I a) { return static_cast<F>(a); }
  static LAMINA_INLINE I iota() { return 0; }

  static LAMINA_INLINE void multiplyWide(I a, I b, I& high, I& low) {
    const uint64_t product = static_cast<uint64_t>(static_cast<uint32_t>(a)) * static_cast<uint32_t>(b);
    high = static_cast<I>(product >> 32);
    low = static_cast<I>(product);
  }
  static LAMINA_INLINE void interleave(const F word[4], F out[4]) {
    for (int i = 0; i < 4; ++i) out[i] = word[i];
  }
  static LAMINA_INLINE void transpose(F[1]) {}
  static LAMINA_INLINE F scaleByPower(F a, F k) {
    const I whole = toInt(k);
    const I half = shiftRightSigned<1>(whole);
    const F first = fromBits(shiftLeft<23>(addi(half, seti(127))));
    const F second = fromBits(shiftLeft<23>(addi(subi(whole, half), seti(127))));
    return mul(mul(a, first), second);
  }
};

}  // namespace lamina::plain
