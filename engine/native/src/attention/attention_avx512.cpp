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
  static LAMINA_INLINE F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
};

}  // namespace lamina::avx512

#define LAMINA_ATTENTION_SUMS 24
#include "head.h"

namespace lamina {
const AttentionCode attentionAvx512 = LAMINA_ATTENTION_CODE;
}

#include "../simd/vec_end.h"
#endif
