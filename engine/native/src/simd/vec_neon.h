/** Opens a source file that is compiled for NEON on 64-bit ARM. Include it after every other header and close with vec_end.h; see vec_plain.h. */
#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "inline.h"

#define LAMINA_ISA neon

namespace lamina::neon {

struct V {
  static constexpr int width = 4;
  static constexpr bool maskedLoadsAreFree = false;
  using F = float32x4_t;
  using I = int32x4_t;
  using M = uint32x4_t;

  static LAMINA_INLINE F load(const float* p) { return vld1q_f32(p); }
  static LAMINA_INLINE F loadPart(const float* p, size_t n) {
    float part[4] = {};
    for (size_t i = 0; i < n; ++i) part[i] = p[i];
    return vld1q_f32(part);
  }
  static LAMINA_INLINE void store(float* p, F a) { vst1q_f32(p, a); }
  static LAMINA_INLINE void storePart(float* p, size_t n, F a) {
    float part[4];
    vst1q_f32(part, a);
    for (size_t i = 0; i < n; ++i) p[i] = part[i];
  }
  static LAMINA_INLINE F set(float a) { return vdupq_n_f32(a); }
  static LAMINA_INLINE F zero() { return vdupq_n_f32(0.0f); }

  static LAMINA_INLINE F add(F a, F b) { return vaddq_f32(a, b); }
  static LAMINA_INLINE F sub(F a, F b) { return vsubq_f32(a, b); }
  static LAMINA_INLINE F mul(F a, F b) { return vmulq_f32(a, b); }
  static LAMINA_INLINE F div(F a, F b) { return vdivq_f32(a, b); }
  static LAMINA_INLINE F sqrt(F a) { return vsqrtq_f32(a); }
  static LAMINA_INLINE F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
  static LAMINA_INLINE void accumulate(F& sum, F a, F b) { sum = fma(a, b, sum); }
  static LAMINA_INLINE F fnma(F a, F b, F c) { return vfmsq_f32(c, a, b); }
  static LAMINA_INLINE F round(F a) { return vrndnq_f32(a); }

  static LAMINA_INLINE F max(F a, F b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static LAMINA_INLINE F min(F a, F b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
  static LAMINA_INLINE M less(F a, F b) { return vcltq_f32(a, b); }
  static LAMINA_INLINE M lessEqual(F a, F b) { return vcleq_f32(a, b); }
  static LAMINA_INLINE M isNaN(F a) { return vmvnq_u32(vceqq_f32(a, a)); }
  static LAMINA_INLINE F select(M m, F a, F b) { return vbslq_f32(m, a, b); }
  /** The larger; b when one is no number. */
  static LAMINA_INLINE F larger(F a, F b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }

  static LAMINA_INLINE I bits(F a) { return vreinterpretq_s32_f32(a); }
  static LAMINA_INLINE F fromBits(I a) { return vreinterpretq_f32_s32(a); }
  static LAMINA_INLINE F abs(F a) { return vabsq_f32(a); }
  static LAMINA_INLINE F copySign(F magnitude, F sign) { return vbslq_f32(vdupq_n_u32(0x80000000u), sign, magnitude); }
  static LAMINA_INLINE I seti(int a) { return vdupq_n_s32(a); }
  static LAMINA_INLINE I addi(I a, I b) { return vaddq_s32(a, b); }
  static LAMINA_INLINE I subi(I a, I b) { return vsubq_s32(a, b); }
  static LAMINA_INLINE I xori(I a, I b) { return veorq_s32(a, b); }
  template <int K> static LAMINA_INLINE I shiftLeft(I a) { return vshlq_n_s32(a, K); }
  template <int K> static LAMINA_INLINE I shiftRight(I a) { return vreinterpretq_s32_u32(vshrq_n_u32(vreinterpretq_u32_s32(a), K)); }
  template <int K> static LAMINA_INLINE I shiftRightSigned(I a) { return vshrq_n_s32(a, K); }
  static LAMINA_INLINE I toInt(F a) { return vcvtnq_s32_f32(a); }
  static LAMINA_INLINE F toFloat(I a) { return vcvtq_f32_s32(a); }
  static LAMINA_INLINE I iota() {
    const int32_t numbers[4] = {0, 1, 2, 3};
    return vld1q_s32(numbers);
  }

  static LAMINA_INLINE void multiplyWide(I a, I b, I& high, I& low) {
    const uint32x4_t x = vreinterpretq_u32_s32(a), y = vreinterpretq_u32_s32(b);
    const uint32x4_t first = vreinterpretq_u32_u64(vmull_u32(vget_low_u32(x), vget_low_u32(y)));
    const uint32x4_t second = vreinterpretq_u32_u64(vmull_high_u32(x, y));
    low = vreinterpretq_s32_u32(vuzp1q_u32(first, second));
    high = vreinterpretq_s32_u32(vuzp2q_u32(first, second));
  }
  static LAMINA_INLINE void interleave(const F word[4], F out[4]) {
    for (int i = 0; i < 4; ++i) out[i] = word[i];
    transpose(out);
  }
  static LAMINA_INLINE void transpose(F r[4]) {
    const float32x4x2_t p = vtrnq_f32(r[0], r[1]), q = vtrnq_f32(r[2], r[3]);
    r[0] = vcombine_f32(vget_low_f32(p.val[0]), vget_low_f32(q.val[0]));
    r[1] = vcombine_f32(vget_low_f32(p.val[1]), vget_low_f32(q.val[1]));
    r[2] = vcombine_f32(vget_high_f32(p.val[0]), vget_high_f32(q.val[0]));
    r[3] = vcombine_f32(vget_high_f32(p.val[1]), vget_high_f32(q.val[1]));
  }
  static LAMINA_INLINE F scaleByPower(F a, F k) {
    const I whole = toInt(k);
    const I half = shiftRightSigned<1>(whole);
    const F first = fromBits(shiftLeft<23>(addi(half, seti(127))));
    const F second = fromBits(shiftLeft<23>(addi(subi(whole, half), seti(127))));
    return mul(mul(a, first), second);
  }
};

}  // namespace lamina::neon
