/**
 * Products of small matrices and packing for attention, for the instruction set opened by a vec_<isa>.h; LAMINA_ATTENTION_SUMS vectors of sums stay
 * in registers. `Half` is what V is, at half its width where narrow instructions cost less, else V itself.
 */
#include "../simd/math_functions.h"

namespace lamina::LAMINA_ISA {

constexpr int64_t kLanes = V::width;
constexpr int kMostVectors = 2, kMostRows = 12;
/** Queries of a tile at most, which lie beside one another; an odd number of cache lines, so that the rows of keys spread over all sets of a cache. */
constexpr int64_t kQueries = 112;
/** The same when causal: keys after the last query of a tile are left out. */
constexpr int64_t kCausalQueries = 64;

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
template <class W, int N> LAMINA_INLINE void powersOfTwo(typename W::F (&x)[N]) {
  constexpr float p[] = {1.0f, 6.931472029e-01f, 2.402264791e-01f, 5.550332471e-02f, 9.618437358e-03f, 1.339887441e-03f, 1.535336190e-04f};
  typename W::F k[N], r[N];
  LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = W::larger(W::set(-160.0f), x[i]);
  LAMINA_UNROLL for (int i = 0; i < N; ++i) k[i] = W::round(x[i]);
  LAMINA_UNROLL for (int i = 0; i < N; ++i) r[i] = W::sub(x[i], k[i]);
  LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = W::fma(W::set(p[6]), r[i], W::set(p[5]));
  LAMINA_UNROLL for (int c = 4; c >= 0; --c)
    LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = W::fma(x[i], r[i], W::set(p[c]));
  LAMINA_UNROLL for (int i = 0; i < N; ++i) x[i] = W::scaleByPower(x[i], k[i]);
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

template <class W, int Vectors, bool ByColumns, int... Row> LAMINA_INLINE ProductTile rowTile(int64_t rows, std::integer_sequence<int, Row...>) {
  static constexpr ProductTile tiles[] = {productTile<W, Row + 1, Vectors, ByColumns>...};
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

/** Adds to `sum` the products of Rows rows of A, `stride` apart, with one vector of columns of B, whose rows lie kQueries apart. */
template <class W, int Rows> LAMINA_INLINE void addProducts(int64_t depth, const float* a, int64_t stride, const float* b, typename W::F (&sum)[Rows]) {
  constexpr int groups = (Rows + 2) / 3;
  const float* group[groups];
  LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] = a + 3 * g * stride;
  for (int64_t k = 0; k < depth; ++k, b += kQueries) {
    const typename W::F right = W::load(b);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) sum[r] = W::fma(W::set(group[r / 3][(r % 3) * stride]), right, sum[r]);
    LAMINA_UNROLL for (int g = 0; g < groups; ++g) ++group[g];
  }
}

template <class Tile, int Rows> static void runTile(const Tile& tile, int64_t row) { tile.template operator()<Rows>(row); }

/** Calls tile.operator()<count>(first) for runs of at most kMostRows of so many rows, all of about one length. */
template <class Tile, int... Row> LAMINA_INLINE void forTiles(int64_t rows, const Tile& tile, std::integer_sequence<int, Row...>) {
  static constexpr void (*run[])(const Tile&, int64_t) = {runTile<Tile, Row + 1>...};
  const int64_t tiles = (rows + kMostRows - 1) / kMostRows;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t row = rows * i / tiles;
    run[rows * (i + 1) / tiles - row - 1](tile, row);
  }
}
template <class Tile> LAMINA_INLINE void forTiles(int64_t rows, const Tile& tile) {
  forTiles(rows, tile, std::make_integer_sequence<int, kMostRows>());
}

/** Asks for rows of a tensor ahead of their use. One that is not there does no harm. */
LAMINA_INLINE void prefetchRows(const float* rows, int64_t stride, int64_t width, int64_t begin, int64_t end) {
  constexpr int64_t line = 16;
  for (int64_t r = begin; r < end; ++r)
    for (int64_t c = 0; c < width; c += line) LAMINA_PREFETCH(rows + r * stride + c);
}

/** Rows of `width` floats, `stride` apart, packed to rows padded with zeros, times a factor each; and turned to `width` rows of kQueries. */
static void packQueries(const float* source, int64_t stride, int64_t rows, int64_t width, float packedFactor, float* packed, float turnedFactor,
                        float* turned) {
  const F forPacked = V::set(packedFactor), forTurned = V::set(turnedFactor);
  const int64_t length = padded(width);
  for (int64_t r = 0; r < padded(rows); r += kLanes) {
    const int64_t count = static_cast<int64_t>(lanesAt(rows, r));
    for (int64_t c = 0; c < width; c += kLanes) {
      const size_t part = lanesAt(width, c);
      F square[kLanes];
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i) {
        const F row = i < count ? loadLanes(source + (r + i) * stride + c, part) : V::zero();
        square[i] = V::mul(row, forTurned);
        if (packed != nullptr && i < count) V::store(packed + (r + i) * length + c, V::mul(row, forPacked));
      }
      V::transpose(square);
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
        if (i < static_cast<int64_t>(part)) V::store(turned + (c + i) * kQueries + r, square[i]);
    }
  }
}

/** Writes sums to rows of a tensor, each times its factor; added to what is there times another when that is given. */
static void addRows(int64_t rows, int64_t width, const float* sums, int64_t sumStride, const float* factors, const float* before, float* to,
                    int64_t stride) {
  for (int64_t r = 0; r < rows; ++r, sums += sumStride, to += stride) {
    const F factor = V::set(factors[r]);
    for (int64_t c = 0; c < width; c += kLanes) {
      const size_t lanes = lanesAt(width, c);
      const F sum = V::mul(V::load(sums + c), factor);
      storeLanes(to + c, lanes, before == nullptr ? sum : V::fma(loadLanes(to + c, lanes), V::set(before[r]), sum));
    }
  }
}

}  // namespace lamina::LAMINA_ISA
