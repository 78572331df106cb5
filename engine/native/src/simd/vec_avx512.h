/** Opens a source file that is compiled for AVX-512. Include it after every other header and close with vec_end.h; see vec_plain.h. */
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "inline.h"

#define LAMINA_ISA avx512
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif

namespace lamina::avx512 {

struct V {
  static constexpr int width = 16;
  static constexpr bool maskedLoadsAreFree = true;
  using F = __m512;
  using I = __m512i;
  using M = __mmask16;

  static LAMINA_INLINE M lanes(size_t n) { return static_cast<M>((1u << n) - 1u); }
  static LAMINA_INLINE F load(const float* p) { return _mm512_loadu_ps(p); }
  static LAMINA_INLINE F loadPart(const float* p, size_t n) { return _mm512_maskz_loadu_ps(lanes(n), p); }
  static LAMINA_INLINE void store(float* p, F a) { _mm512_storeu_ps(p, a); }
  static LAMINA_INLINE void storePart(float* p, size_t n, F a) { _mm512_mask_storeu_ps(p, lanes(n), a); }
  static LAMINA_INLINE F set(float a) { return _mm512_set1_ps(a); }
  static LAMINA_INLINE F zero() { return _mm512_setzero_ps(); }

  static LAMINA_INLINE F add(F a, F b) { return _mm512_add_ps(a, b); }
  static LAMINA_INLINE F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static LAMINA_INLINE F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static LAMINA_INLINE F div(F a, F b) { return _mm512_div_ps(a, b); }
  static LAMINA_INLINE F sqrt(F a) { return _mm512_sqrt_ps(a); }
  static LAMINA_INLINE F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static LAMINA_INLINE void accumulate(F& sum, F a, F b) {
#if defined(__GNUC__)
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
#else
    sum = fma(a, b, sum);
#endif
  }
  static LAMINA_INLINE F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }
  static LAMINA_INLINE F round(F a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

  static LAMINA_INLINE F max(F a, F b) { return _mm512_max_ps(a, b); }
  static LAMINA_INLINE F min(F a, F b) { return _mm512_min_ps(a, b); }
  static LAMINA_INLINE M less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static LAMINA_INLINE M lessEqual(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
  static LAMINA_INLINE M isNaN(F a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
  static LAMINA_INLINE F select(M m, F a, F b) { return _mm512_mask_blend_ps(m, b, a); }
  /** The larger; b when one is no number. */
  static LAMINA_INLINE F larger(F a, F b) { return _mm512_max_ps(a, b); }

  static LAMINA_INLINE I bits(F a) { return _mm512_castps_si512(a); }
  static LAMINA_INLINE F fromBits(I a) { return _mm512_castsi512_ps(a); }
  static LAMINA_INLINE F abs(F a) { return fromBits(_mm512_and_si512(bits(a), seti(0x7fffffff))); }
  static LAMINA_INLINE F copySign(F magnitude, F sign) {
    return fromBits(_mm512_or_si512(_mm512_and_si512(bits(sign), seti(static_cast<int>(0x80000000u))), bits(abs(magnitude))));
  }
  static LAMINA_INLINE I seti(int a) { return _mm512_set1_epi32(a); }
  static LAMINA_INLINE I addi(I a, I b) { return _mm512_add_epi32(a, b); }
  static LAMINA_INLINE I subi(I a, I b) { return _mm512_sub_epi32(a, b); }
  static LAMINA_INLINE I xori(I a, I b) { return _mm512_xor_si512(a, b); }
  template <int K> static LAMINA_INLINE I shiftLeft(I a) { return _mm512_slli_epi32(a, K); }
  template <int K> static LAMINA_INLINE I shiftRight(I a) { return _mm512_srli_epi32(a, K); }
  template <int K> static LAMINA_INLINE I shiftRightSigned(I a) { return _mm512_srai_epi32(a, K); }
  static LAMINA_INLINE I toInt(F a) { return _mm512_cvtps_epi32(a); }
  static LAMINA_INLINE F toFloat(I a) { return _mm512_cvtepi32_ps(a); }
  static LAMINA_INLINE I iota() { return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); }

  /** Both halves of the unsigned 64-bit products of every lane. */
  static LAMINA_INLINE void multiplyWide(I a, I b, I& high, I& low) {
    const I even = _mm512_mul_epu32(a, b);
    const I odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), b);
    low = _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32));
    high = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
  }
  /** Writes lane i of word w to p[4 i + w]. */
  static LAMINA_INLINE void interleave(const F word[4], F out[4]) {
    const F a = _mm512_unpacklo_ps(word[0], word[1]), b = _mm512_unpackhi_ps(word[0], word[1]);
    const F c = _mm512_unpacklo_ps(word[2], word[3]), d = _mm512_unpackhi_ps(word[2], word[3]);
    const __m512d p = _mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(c)), q = _mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(c));
    const __m512d r = _mm512_unpacklo_pd(_mm512_castps_pd(b), _mm512_castps_pd(d)), s = _mm512_unpackhi_pd(_mm512_castps_pd(b), _mm512_castps_pd(d));
    const F x0 = _mm512_castpd_ps(p), x1 = _mm512_castpd_ps(q), x2 = _mm512_castpd_ps(r), x3 = _mm512_castpd_ps(s);
    const F lo01 = _mm512_shuffle_f32x4(x0, x1, 0x44), hi01 = _mm512_shuffle_f32x4(x0, x1, 0xee);
    const F lo23 = _mm512_shuffle_f32x4(x2, x3, 0x44), hi23 = _mm512_shuffle_f32x4(x2, x3, 0xee);
    out[0] = _mm512_shuffle_f32x4(lo01, lo23, 0x88);
    out[1] = _mm512_shuffle_f32x4(lo01, lo23, 0xdd);
    out[2] = _mm512_shuffle_f32x4(hi01, hi23, 0x88);
    out[3] = _mm512_shuffle_f32x4(hi01, hi23, 0xdd);
  }
  /** Transposes a width x width block held in registers. */
  static LAMINA_INLINE void transpose(F r[16]) {
    F t[16];
    LAMINA_UNROLL for (int i = 0; i < 16; i += 4) {
      const F a = _mm512_unpacklo_ps(r[i], r[i + 1]), b = _mm512_unpackhi_ps(r[i], r[i + 1]);
      const F c = _mm512_unpacklo_ps(r[i + 2], r[i + 3]), d = _mm512_unpackhi_ps(r[i + 2], r[i + 3]);
      t[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(c)));
      t[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(c)));
      t[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(b), _mm512_castps_pd(d)));
      t[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(b), _mm512_castps_pd(d)));
    }
    LAMINA_UNROLL for (int j = 0; j < 4; ++j) {
      const F a = _mm512_shuffle_f32x4(t[j], t[4 + j], 0x88), b = _mm512_shuffle_f32x4(t[j], t[4 + j], 0xdd);
      const F c = _mm512_shuffle_f32x4(t[8 + j], t[12 + j], 0x88), d = _mm512_shuffle_f32x4(t[8 + j], t[12 + j], 0xdd);
      r[j] = _mm512_shuffle_f32x4(a, c, 0x88);
      r[4 + j] = _mm512_shuffle_f32x4(b, d, 0x88);
      r[8 + j] = _mm512_shuffle_f32x4(a, c, 0xdd);
      r[12 + j] = _mm512_shuffle_f32x4(b, d, 0xdd);
    }
  }
  /** a * 2^k for whole k in [-300, 300], rounded once. */
  static LAMINA_INLINE F scaleByPower(F a, F k) { return _mm512_scalef_ps(a, k); }
};

}  // namespace lamina::avx512
