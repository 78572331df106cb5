/** Opens a source file that is compiled for AVX2 and FMA. Include it after every other header and close with vec_end.h; see vec_plain.h. */
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "inline.h"

#define LAMINA_ISA avx2
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx2,fma")
#endif

namespace lamina::avx2 {

alignas(32) constexpr int kLaneMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

struct V {
  static constexpr int width = 8;
  static constexpr bool maskedLoadsAreFree = false;
  using F = __m256;
  using I = __m256i;
  using M = __m256;

  static LAMINA_INLINE I lanes(size_t n) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kLaneMasks + 8 - n)); }
  static LAMINA_INLINE F load(const float* p) { return _mm256_loadu_ps(p); }
  static LAMINA_INLINE F loadPart(const float* p, size_t n) { return _mm256_maskload_ps(p, lanes(n)); }
  static LAMINA_INLINE void store(float* p, F a) { _mm256_storeu_ps(p, a); }
  static LAMINA_INLINE void storePart(float* p, size_t n, F a) { _mm256_maskstore_ps(p, lanes(n), a); }
  static LAMINA_INLINE F set(float a) { return _mm256_set1_ps(a); }
  static LAMINA_INLINE F zero() { return _mm256_setzero_ps(); }

  static LAMINA_INLINE F add(F a, F b) { return _mm256_add_ps(a, b); }
  static LAMINA_INLINE F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static LAMINA_INLINE F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static LAMINA_INLINE F div(F a, F b) { return _mm256_div_ps(a, b); }
  static LAMINA_INLINE F sqrt(F a) { return _mm256_sqrt_ps(a); }
  static LAMINA_INLINE F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static LAMINA_INLINE void accumulate(F& sum, F a, F b) {
#if defined(__GNUC__)
    __asm__("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
#else
    sum = fma(a, b, sum);
#endif
  }
  static LAMINA_INLINE F fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }
  static LAMINA_INLINE F round(F a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

  static LAMINA_INLINE F max(F a, F b) { return _mm256_max_ps(a, b); }
  static LAMINA_INLINE F min(F a, F b) { return _mm256_min_ps(a, b); }
  static LAMINA_INLINE M less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static LAMINA_INLINE M lessEqual(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
  static LAMINA_INLINE M isNaN(F a) { return _mm256_cmp_ps(a, a, _CMP_UNORD_Q); }
  static LAMINA_INLINE F select(M m, F a, F b) { return _mm256_blendv_ps(b, a, m); }
  /** The larger; b when one is no number. */
  static LAMINA_INLINE F larger(F a, F b) { return _mm256_max_ps(a, b); }

  static LAMINA_INLINE I bits(F a) { return _mm256_castps_si256(a); }
  static LAMINA_INLINE F fromBits(I a) { return _mm256_castsi256_ps(a); }
  static LAMINA_INLINE F abs(F a) { return _mm256_andnot_ps(set(-0.0f), a); }
  static LAMINA_INLINE F copySign(F magnitude, F sign) { return _mm256_or_ps(_mm256_and_ps(set(-0.0f), sign), abs(magnitude)); }
  static LAMINA_INLINE I seti(int a) { return _mm256_set1_epi32(a); }
  static LAMINA_INLINE I addi(I a, I b) { return _mm256_add_epi32(a, b); }
  static LAMINA_INLINE I subi(I a, I b) { return _mm256_sub_epi32(a, b); }
  static LAMINA_INLINE I xori(I a, I b) { return _mm256_xor_si256(a, b); }
  template <int K> static LAMINA_INLINE I shiftLeft(I a) { return _mm256_slli_epi32(a, K); }
  template <int K> static LAMINA_INLINE I shiftRight(I a) { return _mm256_srli_epi32(a, K); }
  template <int K> static LAMINA_INLINE I shiftRightSigned(I a) { return _mm256_srai_epi32(a, K); }
  static LAMINA_INLINE I toInt(F a) { return _mm256_cvtps_epi32(a); }
  static LAMINA_INLINE F toFloat(I a) { return _mm256_cvtepi32_ps(a); }
  static LAMINA_INLINE I iota() { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }

  static LAMINA_INLINE void multiplyWide(I a, I b, I& high, I& low) {
    const I even = _mm256_mul_epu32(a, b);
    const I odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), b);
    low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
    high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
  }
  static LAMINA_INLINE void interleave(const F word[4], F out[4]) {
    const F a = _mm256_unpacklo_ps(word[0], word[1]), b = _mm256_unpackhi_ps(word[0], word[1]);
    const F c = _mm256_unpacklo_ps(word[2], word[3]), d = _mm256_unpackhi_ps(word[2], word[3]);
    const F p = _mm256_shuffle_ps(a, c, 0x44), q = _mm256_shuffle_ps(a, c, 0xee);
    const F r = _mm256_shuffle_ps(b, d, 0x44), s = _mm256_shuffle_ps(b, d, 0xee);
    out[0] = _mm256_permute2f128_ps(p, q, 0x20);
    out[1] = _mm256_permute2f128_ps(r, s, 0x20);
    out[2] = _mm256_permute2f128_ps(p, q, 0x31);
    out[3] = _mm256_permute2f128_ps(r, s, 0x31);
  }
  static LAMINA_INLINE void transpose(F r[8]) {
    F t[8];
    LAMINA_UNROLL for (int i = 0; i < 8; i += 4) {
      const F a = _mm256_unpacklo_ps(r[i], r[i + 1]), b = _mm256_unpackhi_ps(r[i], r[i + 1]);
      const F c = _mm256_unpacklo_ps(r[i + 2], r[i + 3]), d = _mm256_unpackhi_ps(r[i + 2], r[i + 3]);
      t[i] = _mm256_shuffle_ps(a, c, 0x44);
      t[i + 1] = _mm256_shuffle_ps(a, c, 0xee);
      t[i + 2] = _mm256_shuffle_ps(b, d, 0x44);
      t[i + 3] = _mm256_shuffle_ps(b, d, 0xee);
    }
    LAMINA_UNROLL for (int j = 0; j < 4; ++j) {
      r[j] = _mm256_permute2f128_ps(t[j], t[4 + j], 0x20);
      r[4 + j] = _mm256_permute2f128_ps(t[j], t[4 + j], 0x31);
    }
  }
  static LAMINA_INLINE F scaleByPower(F a, F k) {
    const I whole = toInt(k);
    const I half = shiftRightSigned<1>(whole);
    const F first = fromBits(shiftLeft<23>(addi(half, seti(127))));
    const F second = fromBits(shiftLeft<23>(addi(subi(whole, half), seti(127))));
    return mul(mul(a, first), second);
  }
};

}  // namespace lamina::avx2
