#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <cstring>
#include <utility>

#include "plan.h"

#if defined(__GNUC__) || defined(__clang__)
#include "../simd/vec_avx512.h"
#include "../simd/vec_end.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512bf16")
#endif

namespace lamina::avx512bf16 {
using V = avx512::V;
}

#undef LAMINA_ISA
#define LAMINA_ISA avx512bf16
#define LAMINA_GEMM_ROWS 14
#define LAMINA_GEMM_VECTORS 2
#include "block.h"

namespace lamina::avx512bf16 {

/** bfloat16 of both, the low one in the lower half of each lane. */
LAMINA_INLINE F pairs(F low, F high) {
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_castsi512_ps(_mm512_permutexvar_epi16(order, both));
}

template <int Rows, int Vectors> static void pairKernel(const Tile& tile) {
  const float *a = tile.a, *b = tile.b;
  const int64_t aStride = tile.aStride;
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::zero();
  for (int64_t k = 0; k < tile.depth; ++k, a += aStride, b += Vectors * kLanes) {
    F right[Vectors];
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) right[v] = V::load(b + v * kLanes);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
      const F left = V::set(a[r]);
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
        sum[r][v] = _mm512_dpbf16_ps(sum[r][v], (__m512bh)_mm512_castps_si512(left), (__m512bh)_mm512_castps_si512(right[v]));
    }
  }
  storeSums(sum, tile, tile.columns - (Vectors - 1) * kLanes);
}

template <int Vectors, int... Row> constexpr MicroKernel pairRow(int64_t rows, std::integer_sequence<int, Row...>) {
  constexpr MicroKernel kernels[] = {pairKernel<Row + 1, Vectors>...};
  return kernels[rows - 1];
}

/** Two neighbours of K in each float, as VDPBF16PS multiplies them; an odd K ends with a zero. */
struct PairPacking {
  static constexpr int64_t perFloat = 2;
  static void rows(const float* source, int64_t stride, int64_t depth, int64_t count, int64_t vectors, float* packed) {
    const size_t last = static_cast<size_t>(count - (vectors - 1) * kLanes);
    for (int64_t k = 0; k < depth; k += 2, source += 2 * stride, packed += vectors * kLanes)
      for (int64_t v = 0; v < vectors; ++v) {
        const size_t lanes = v == vectors - 1 ? last : static_cast<size_t>(kLanes);
        const float* from = source + v * kLanes;
        V::store(packed + v * kLanes, pairs(loadLanes(from, lanes), k + 1 < depth ? loadLanes(from + stride, lanes) : V::zero()));
      }
  }
  static void turned(const float* source, int64_t stride, int64_t depth, int64_t count, int64_t vectors, float* packed) {
    const int64_t width = vectors * kLanes;
    for (int64_t v = 0; v < vectors; ++v) {
      const int64_t rows = count - v * kLanes < kLanes ? count - v * kLanes : kLanes;
      const float* from = source + v * kLanes * stride;
      for (int64_t k = 0; k < depth; k += 2 * kLanes) {
        const int64_t part = depth - k < 2 * kLanes ? depth - k : 2 * kLanes;
        const size_t low = static_cast<size_t>(part < kLanes ? part : kLanes), high = static_cast<size_t>(part - static_cast<int64_t>(low));
        F square[kLanes];
        LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r) {
          const float* at = from + r * stride + k;
          square[r] = r < rows ? _mm512_castsi512_ps((__m512i)_mm512_cvtne2ps_pbh(high > 0 ? loadLanes(at + kLanes, high) : V::zero(), loadLanes(at, low)))
                               : V::zero();
        }
        V::transpose(square);
        LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
          if (2 * i < part) V::store(packed + (k / 2 + i) * width + v * kLanes, square[i]);
      }
    }
  }
  static MicroKernel kernel(int64_t rows, int64_t vectors) {
    constexpr auto all = std::make_integer_sequence<int, kRows>();
    return vectors == 1 ? pairRow<1>(rows, all) : pairRow<2>(rows, all);
  }
};

}  // namespace lamina::avx512bf16

namespace lamina {
void (*const bfloat16BlockAvx512)(const Product&, const Block&, float*) = avx512bf16::packedBlock<avx512bf16::PairPacking>;
}

#include "../simd/vec_end.h"
#else
namespace lamina {
void (*const bfloat16BlockAvx512)(const Product&, const Block&, float*) = nullptr;
}
#endif
#endif
