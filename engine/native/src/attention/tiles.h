/**
 * Products of small matrices and packing for attention, for the instruction set opened by a vec_<isa>.h; LAMINA_ATTENTION_SUMS vectors of sums stay
 * in registers. `Half` is what V is, at half its width where narrow instructions cost less, else V itself.
 */
#include "../simd/math_functions.h"

namespace lamina::LAMINA_ISA {

constexpr int64_t kLanes = V::width;
constexpr int kMostVectors = 2, kMostRows = 12;
/** Queries of a tile. They lie beside one another: what is summed over keys is summed vector by vector. */
constexpr int64_t kQueries = 64;

LAMINA_INLINE constexpr int64_t padded(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }
LAMINA_INLINE size_t lanesAt(int64_t count, int64_t begin) { return static_cast<size_t>(count - begin < kLanes ? count - begin : kLanes); }
LAMINA_INLINE F loadLanes(const float* p, size_t lanes) { return lanes == V::width ? V::load(p) : V::loadPart(p, lanes); }
LAMINA_INLINE void storeLanes(float* p, size_t lanes, F a) {
  if (lanes == V::width)
    V::store(p, a);
  else
    V::storePart(p, lanes, a);
}

/** 2^x for x up to 100, 2 ulp; 0 from about -150 down. Several vectors step by step, for a processor looks only so far ahead. */
template <int N> LAMINA_INLINE void powersOfTwo(F (&x)[N]) {
  constexpr float p[] = {1.0f, 6.931472029e-01f, 2.402264791e-01f, 5.550332471e-02f, 9.618437358e-03f, 1.339887441e-03f, 1.535336190e-04f};
  F k[N], r[N];
  LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = V::larger(V::set(-160.0f), x[i]);
  LAMINA_UNROLL for (int i = 0; i < N; ++i) k[i] = V::round(x[i]);
  LAMINA_UNROLL for (int i = 0; i < N; ++i) r[i] = V::sub(x[i], k[i]);
  LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = V::fma(V::set(p[6]), r[i], V::set(p[5]));
  LAMINA_UNROLL for (int c = 4; c >= 0; --c)
    LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = V::fma(x[i], r[i], V::set(p[c]));
  LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = V::scaleByPower(x[i], k[i]);
}

/** Keys whose exponentials are computed together. */
constexpr int kInterleaved = 4;

constexpr int rowsFor(int vectors) { return std::min(kMostRows, LAMINA_ATTENTION_SUMS / vectors); }

/** C [Rows, Vectors] = A B or += A B in vectors W; element (r, k) of A is a[r * aStride + k], or a[k * aStride + r] when A is read by columns. */
template <class W, int Rows, int Vectors, bool ByColumns>
static void productTile(int64_t depth, const float* a, int64_t aStride, const float* b, int64_t bStride, float* c, int64_t cStride, bool add) {
  using Lanes = typename W::F;
  Lanes sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = add ? W::load(c + r * cStride + v * W::width) : W::zero();
  // Three rows share a pointer: their distances fit the addressing modes.
  constexpr int groups = ByColumns ? 1 : (Rows + 2) / 3;
  const float* group[groups];
  LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] = a + 3 * g * aStride;
  const int64_t step = ByColumns ? aStride : 1;
  for (int64_t k = 0; k < depth; ++k, b += bStride) {
    Lanes right[Vectors];
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) right[v] = W::load(b + v * W::width);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
      const Lanes left = W::set(ByColumns ? group[0][r] : group[r / 3][(r % 3) * aStride]);
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = W::fma(left, right[v], sum[r][v]);
    }
    LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] += step;
  }
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) W::store(c + r * cStride + v * W::width, sum[r][v]);
}

using ProductTile = void (*)(int64_t, const float*, int64_t, const float*, int64_t, float*, int64_t, bool);

template <class W, int Vectors, bool ByColumns, int... Row> constexpr ProductTile rowTile(int64_t rows, std::integer_sequence<int, Row...>) {
  constexpr ProductTile tiles[] = {productTile<W, Row + 1, Vectors, ByColumns>...};
  return tiles[rows - 1];
}

/** Some columns of a product, Vectors vectors W of them. */
template <class W, int Vectors, bool ByColumns>
static void productColumns(int64_t rows, int64_t depth, const float* a, int64_t aStride, const float* b, int64_t bStride, float* c, int64_t cStride,
                           bool add) {
  constexpr int64_t most = rowsFor(Vectors);
  const int64_t tiles = (rows + most - 1) / most;
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const int64_t row = rows * tile / tiles, height = rows * (tile + 1) / tiles - row;
    rowTile<W, Vectors, ByColumns>(height, std::make_integer_sequence<int, static_cast<int>(most)>())(
        depth, ByColumns ? a + row : a + row * aStride, aStride, b, bStride, c + row * cStride, cStride, add);
  }
}

/** C [rows, columns] = A B or += A B; columns up to a multiple of half a vector, where there are such, are computed too. */
template <bool ByColumns>
static void product(int64_t rows, int64_t columns, int64_t depth, const float* a, int64_t aStride, const float* b, int64_t bStride, float* c,
                    int64_t cStride, bool add) {
  static_assert(kMostVectors == 2);
  const int64_t rest = columns % kLanes;
  const bool half = rest > 0 && rest <= static_cast<int64_t>(Half::width) && Half::width < V::width;
  const int64_t whole = half ? columns - rest : padded(columns);
  int64_t j = 0;
  for (; j + 2 * kLanes <= whole; j += 2 * kLanes) productColumns<V, 2, ByColumns>(rows, depth, a, aStride, b + j, bStride, c + j, cStride, add);
  if (j < whole) productColumns<V, 1, ByColumns>(rows, depth, a, aStride, b + j, bStride, c + j, cStride, add);
  if (half) productColumns<Half, 1, ByColumns>(rows, depth, a, aStride, b + whole, bStride, c + whole, cStride, add);
}

/** Rows of `width` floats, `stride` apart, times a factor: packed to rows padded with zeros, and turned to `width` rows of kQueries. */
static void packQueries(const float* source, int64_t stride, int64_t rows, int64_t width, float factor, float* packed, float* turned) {
  const F f = V::set(factor);
  const int64_t length = padded(width);
  for (int64_t r = 0; r < padded(rows); r += kLanes) {
    const int64_t count = static_cast<int64_t>(lanesAt(rows, r));
    for (int64_t c = 0; c < width; c += kLanes) {
      const size_t part = lanesAt(width, c);
      F square[kLanes];
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i) {
        square[i] = i < count ? V::mul(loadLanes(source + (r + i) * stride + c, part), f) : V::zero();
        if (packed != nullptr && i < count) V::store(packed + (r + i) * length + c, square[i]);
      }
      V::transpose(square);
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
        if (i < static_cast<int64_t>(part)) V::store(turned + (c + i) * kQueries + r, square[i]);
    }
  }
}

/** Turns sums [width][kQueries] to rows of a tensor, times a factor for each query; added to what is there times another when that is given. */
static void storeTurned(const float* sums, int64_t rows, int64_t width, const float* factors, const float* before, float* to, int64_t stride) {
  for (int64_t r = 0; r < rows; r += kLanes) {
    const int64_t count = static_cast<int64_t>(lanesAt(rows, r));
    const F factor = V::load(factors + r);
    for (int64_t c = 0; c < width; c += kLanes) {
      const size_t part = lanesAt(width, c);
      F square[kLanes];
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
        square[i] = i < static_cast<int64_t>(part) ? V::mul(V::load(sums + (c + i) * kQueries + r), factor) : V::zero();
      V::transpose(square);
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i) {
        if (i >= count) continue;
        float* const row = to + (r + i) * stride + c;
        storeLanes(row, part, before == nullptr ? square[i] : V::fma(loadLanes(row, part), V::set(before[r + i]), square[i]));
      }
    }
  }
}

}  // namespace lamina::LAMINA_ISA
