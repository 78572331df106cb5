#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <cstring>
#include <utility>

#include "plan.h"

#if defined(__linux__) && (defined(__GNUC__) || defined(__clang__))
#include "../simd/vec_avx512.h"
#include "../simd/vec_end.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512bf16,amx-tile,amx-bf16")
#endif

namespace lamina::amx {
using V = avx512::V;
}

#undef LAMINA_ISA
#define LAMINA_ISA amx
/** Of block.h only the finishing is used here. */
#define LAMINA_GEMM_ROWS 14
#define LAMINA_GEMM_VECTORS 2
#include "block.h"

namespace lamina::amx {

/** Rows and columns of a tile of sums; numbers of K that one product of tiles adds up. */
constexpr int64_t kTile = 16, kStep = 32;
/** Floats of a packed tile of either factor: 16 rows of 64 bytes. */
constexpr int64_t kTileFloats = 256;

/** Eight tiles of 16 rows of 64 bytes, for the thread that enters a block. */
struct Tiles {
  Tiles() {
    struct alignas(64) {
      uint8_t palette = 1, start = 0, reserved[14] = {};
      uint16_t bytes[16] = {};
      uint8_t rows[16] = {};
    } shape;
    for (int i = 0; i < 8; ++i) shape.bytes[i] = 64, shape.rows[i] = 16;
    _tile_loadconfig(&shape);
  }
  ~Tiles() { _tile_release(); }
};

/** 32 numbers as bfloat16, and what they lack of the float32 numbers as bfloat16. */
struct Parts {
  __m512i large, small;
};

LAMINA_INLINE F widened(__m256i half) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16)); }

LAMINA_INLINE Parts partsOf(F low, F high, bool both) {
  const __m512i large = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  if (!both) return {large, large};
  const F lackLow = V::sub(low, widened(_mm512_castsi512_si256(large)));
  const F lackHigh = V::sub(high, widened(_mm512_extracti64x4_epi64(large, 1)));
  return {large, (__m512i)_mm512_cvtne2ps_pbh(lackHigh, lackLow)};
}

LAMINA_INLINE void put(float* packed, __m512i part) { _mm512_store_si512(packed, part); }

/** Where a factor's parts go: the large ones, and the small ones when there are three products. */
struct Packed {
  float *large, *small;
};

/** Tiles of A: for each 16 rows and each 32 of K, 16 rows of 32 bfloat16 numbers; zeros behind. */
static void packA(const Factor& a, int64_t row, int64_t rows, int64_t begin, int64_t depth, bool both, Packed packed) {
  const int64_t steps = (depth + kStep - 1) / kStep;
  for (int64_t t = 0; t * kTile < rows; ++t)
    for (int64_t s = 0; s < steps; ++s) {
      const int64_t k = s * kStep, part = depth - k < kStep ? depth - k : kStep, count = rows - t * kTile < kTile ? rows - t * kTile : kTile;
      const int64_t place = (t * steps + s) * kTileFloats;
      const size_t low = static_cast<size_t>(part < kLanes ? part : kLanes), high = static_cast<size_t>(part) - low;
      F lows[kTile], highs[kTile];
      if (a.transposed) {
        const float* from = a.data + (begin + k) * a.stride + row + t * kTile;
        LAMINA_UNROLL for (int64_t i = 0; i < kTile; ++i) {
          lows[i] = i < static_cast<int64_t>(low) ? loadLanes(from + i * a.stride, static_cast<size_t>(count)) : V::zero();
          highs[i] = i < static_cast<int64_t>(high) ? loadLanes(from + (i + kLanes) * a.stride, static_cast<size_t>(count)) : V::zero();
        }
        V::transpose(lows);
        V::transpose(highs);
      } else {
        const float* from = a.data + (row + t * kTile) * a.stride + begin + k;
        LAMINA_UNROLL for (int64_t i = 0; i < kTile; ++i) {
          lows[i] = i < count ? loadLanes(from + i * a.stride, low) : V::zero();
          highs[i] = i < count && high > 0 ? loadLanes(from + i * a.stride + kLanes, high) : V::zero();
        }
      }
      LAMINA_UNROLL for (int64_t i = 0; i < kTile; ++i) {
        const Parts parts = partsOf(lows[i], highs[i], both);
        put(packed.large + place + i * kLanes, parts.large);
        if (both) put(packed.small + place + i * kLanes, parts.small);
      }
    }
}

/** Tiles of B: for each 16 columns and each 32 of K, 16 rows of 16 pairs of neighbours of K; zeros behind. */
static void packB(const Factor& b, int64_t column, int64_t columns, int64_t begin, int64_t depth, bool both, Packed packed) {
  const int64_t steps = (depth + kStep - 1) / kStep;
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (int64_t t = 0; t * kTile < columns; ++t)
    for (int64_t s = 0; s < steps; ++s) {
      const int64_t k = s * kStep, part = depth - k < kStep ? depth - k : kStep, count = columns - t * kTile < kTile ? columns - t * kTile : kTile;
      const int64_t place = (t * steps + s) * kTileFloats;
      F rows[2][kTile];
      for (int64_t half = 0; half < 2; ++half) {
        const int64_t first = half * kLanes, here = part - first < kLanes ? part - first : kLanes;
        if (b.transposed) {
          const float* from = b.data + (column + t * kTile) * b.stride + begin + k + first;
          LAMINA_UNROLL for (int64_t i = 0; i < kTile; ++i)
            rows[half][i] = i < count && here > 0 ? loadLanes(from + i * b.stride, static_cast<size_t>(here)) : V::zero();
          V::transpose(rows[half]);
        } else {
          const float* from = b.data + (begin + k + first) * b.stride + column + t * kTile;
          LAMINA_UNROLL for (int64_t i = 0; i < kTile; ++i)
            rows[half][i] = i < here ? loadLanes(from + i * b.stride, static_cast<size_t>(count)) : V::zero();
        }
      }
      LAMINA_UNROLL for (int64_t i = 0; i < kTile; ++i) {
        const int64_t half = i / 8, pair = 2 * (i % 8);
        const Parts parts = partsOf(rows[half][pair], rows[half][pair + 1], both);
        put(packed.large + place + i * kLanes, _mm512_permutexvar_epi16(order, parts.large));
        if (both) put(packed.small + place + i * kLanes, _mm512_permutexvar_epi16(order, parts.small));
      }
    }
}

/** Adds the products of `steps` tiles of two rows of tiles of A and two columns of tiles of B to the sums in tiles 0 to 3. */
LAMINA_INLINE void addProducts(const float* a0, const float* a1, const float* b0, const float* b1, int64_t steps) {
  for (int64_t s = 0; s < steps; ++s, a0 += kTileFloats, a1 += kTileFloats, b0 += kTileFloats, b1 += kTileFloats) {
    _tile_loadd(4, a0, 64);
    _tile_loadd(6, b0, 64);
    _tile_loadd(7, b1, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, a1, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
}

/** As `gemmBlock`, by tiles of 32 x 32 sums. */
template <bool Three> static void tileBlock(const Product& product, const Block& block, float* scratch) {
  const Tiles tiles;
  const Epilogue& epilogue = product.epilogue;
  const int64_t rows = block.rowEnd - block.rowBegin;
  const int64_t rowTiles = (rows + kTile - 1) / kTile;
  const int64_t passes = passesOf(product.k);
  const auto [gated, reluGate, unfinished] = finishOf(epilogue);
  alignas(64) float sums[2 * kTile][2 * kTile];

  for (int64_t pass = 0; pass < passes; ++pass) {
    const int64_t begin = partBegin(product.k, 4, passes, pass);
    const int64_t depth = partBegin(product.k, 4, passes, pass + 1) - begin;
    const int64_t steps = (depth + kStep - 1) / kStep;
    const bool finish = pass == passes - 1;
    const int64_t bFloats = 2 * steps * kTileFloats, aFloats = rowTiles * steps * kTileFloats;
    const Packed b{scratch, scratch + bFloats};
    const Packed a{scratch + kDepth * kColumns, scratch + kDepth * kColumns + aFloats};
    packA(product.a, block.rowBegin, rows, begin, depth, Three, a);
    for (int64_t j = block.columnBegin; j < block.columnEnd; j += kColumns) {
      const int64_t columns = block.columnEnd - j < kColumns ? block.columnEnd - j : kColumns;
      packB(product.b, j, columns, begin, depth, Three, b);
      // A tile that is not there is a second time the first one: its sums are not stored.
      const int64_t right = columns > kTile ? steps * kTileFloats : 0;
      Tile tile{};
      tile.columns = columns;
      tile.cStride = product.cStride;
      tile.bias = finish && epilogue.bias != nullptr ? epilogue.bias + j : nullptr;
      tile.relu = finish && epilogue.activation == simd::Activation::relu;
      for (int64_t t = 0; t < rowTiles; t += 2) {
        const int64_t top = t * steps * kTileFloats, low = t + 1 < rowTiles ? top + steps * kTileFloats : top;
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        addProducts(a.large + top, a.large + low, b.large, b.large + right, steps);
        if constexpr (Three) {
          addProducts(a.large + top, a.large + low, b.small, b.small + right, steps);
          addProducts(a.small + top, a.small + low, b.large, b.large + right, steps);
        }
        _tile_stored(0, sums[0], sizeof sums[0]);
        _tile_stored(1, sums[0] + kTile, sizeof sums[0]);
        _tile_stored(2, sums[kTile], sizeof sums[0]);
        _tile_stored(3, sums[kTile] + kTile, sizeof sums[0]);
        const int64_t count = rows - t * kTile < 2 * kTile ? rows - t * kTile : 2 * kTile;
        for (int64_t r = 0; r < count; ++r) {
          const int64_t row = block.rowBegin + t * kTile + r;
          const float* gate = gated ? epilogue.gate + row * epilogue.gateStride + j : nullptr;
          tile.c = product.c + row * product.cStride + j;
          addTo(tile, epilogue, pass, row, j);
          tile.reluGate = finish && reluGate ? gate : nullptr;
          if (columns > kLanes) {
            F sum[1][2] = {{V::load(sums[r]), V::load(sums[r] + kLanes)}};
            storeSums(sum, tile, columns - kLanes);
          } else {
            F sum[1][1] = {{V::load(sums[r])}};
            storeSums(sum, tile, columns);
          }
          if (finish && unfinished) finishTile(epilogue, tile, gate, 1);
        }
      }
    }
  }
}

}  // namespace lamina::amx

namespace lamina {
void (*const bfloat16BlockAmx)(const Product&, const Block&, float*) = amx::tileBlock<false>;
void (*const bfloat16x3BlockAmx)(const Product&, const Block&, float*) = amx::tileBlock<true>;
}

#include "../simd/vec_end.h"
#else
namespace lamina {
void (*const bfloat16BlockAmx)(const Product&, const Block&, float*) = nullptr;
void (*const bfloat16x3BlockAmx)(const Product&, const Block&, float*) = nullptr;
}
#endif
#endif
