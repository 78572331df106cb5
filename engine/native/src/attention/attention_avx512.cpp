#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <algorithm>
#include <limits>
#include <utility>

#include "../simd/math.h"
#include "plan.h"

#include "../simd/vec_avx512.h"

namespace lamina::avx512 {

struct Half {
  static constexpr int width = 8;
  using F = __m256;
  static LAMINA_INLINE F load(const float* p) { return _mm256_loadu_ps(p); }
  static LAMINA_INLINE void store(float* p, F a) { _mm256_storeu_ps(p, a); }
  static LAMINA_INLINE F set(float a) { return _mm256_set1_ps(a); }
  static LAMINA_INLINE F zero() { return _mm256_setzero_ps(); }
  static LAMINA_INLINE F add(F a, F b) { return _mm256_add_ps(a, b); }
  static LAMINA_INLINE F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static LAMINA_INLINE F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static LAMINA_INLINE F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static LAMINA_INLINE F round(F a) { return _mm256_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static LAMINA_INLINE F larger(F a, F b) { return _mm256_max_ps(a, b); }
  static LAMINA_INLINE F scaleByPower(F a, F k) { return _mm256_scalef_ps(a, k); }
};

}  // namespace lamina::avx512

#define LAMINA_ATTENTION_SUMS 24
#include "head.h"

namespace lamina {
const AttentionCode attentionAvx512 = LAMINA_ATTENTION_CODE;
}

#include "../simd/vec_end.h"
#endif
