/** One head of attention for the instruction set opened by a vec_<isa>.h; LAMINA_ATTENTION_SUMS vectors of sums stay in registers. */
#include "../simd/math_functions.h"

namespace lamina::LAMINA_ISA {

constexpr int64_t kLanes = V::width;
constexpr int kMostVectors = LAMINA_ATTENTION_SUMS < 16 ? 2 : 4, kMostRows = 12;
constexpr float kLn2 = 0.693147182f;
/** Added to scores that do not count; a largest score below half of it says that none does. */
constexpr float kMasked = -1e30f;

LAMINA_INLINE constexpr int64_t padded(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }
LAMINA_INLINE size_t lanesAt(int64_t count, int64_t begin) { return static_cast<size_t>(count - begin < kLanes ? count - begin : kLanes); }
LAMINA_INLINE F loadLanes(const float* p, size_t lanes) { return lanes == V::width ? V::load(p) : V::loadPart(p, lanes); }
LAMINA_INLINE void storeLanes(float* p, size_t lanes, F a) {
  if (lanes == V::width)
    V::store(p, a);
  else
    V::storePart(p, lanes, a);
}

/** 2^x for x up to 100, 2 ulp; 0 from about -150 down. */
LAMINA_INLINE F exp2(F x) {
  constexpr float p[] = {6.931472029e-01f, 2.402264791e-01f, 5.550332471e-02f, 9.618437358e-03f, 1.339887441e-03f, 1.535336190e-04f};
  const F bounded = V::select(V::less(x, V::set(-160.0f)), V::set(-160.0f), x);
  const F k = V::round(bounded);
  const F r = V::sub(bounded, k);
  return V::scaleByPower(V::fma(polynomial(r, p), r, V::set(1.0f)), k);
}

constexpr int rowsFor(int vectors) { return std::min(kMostRows, LAMINA_ATTENTION_SUMS / vectors); }

/** C [Rows, Vectors] = A B or += A B; element (r, k) of A is a[r * aStride + k], or a[k * aStride + r] when A is read by columns. */
template <int Rows, int Vectors, bool ByColumns>
static void productTile(int64_t depth, const float* a, int64_t aStride, const float* b, int64_t bStride, float* c, int64_t cStride, bool add) {
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = add ? V::load(c + r * cStride + v * kLanes) : V::zero();
  // Three rows share a pointer: their distances fit the addressing modes.
  constexpr int groups = ByColumns ? 1 : (Rows + 2) / 3;
  const float* group[groups];
  LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] = a + 3 * g * aStride;
  const int64_t step = ByColumns ? aStride : 1;
  for (int64_t k = 0; k < depth; ++k, b += bStride) {
    F right[Vectors];
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) right[v] = V::load(b + v * kLanes);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
      const F left = V::set(ByColumns ? group[0][r] : group[r / 3][(r % 3) * aStride]);
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::fma(left, right[v], sum[r][v]);
    }
    LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] += step;
  }
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) V::store(c + r * cStride + v * kLanes, sum[r][v]);
}

using ProductTile = void (*)(int64_t, const float*, int64_t, const float*, int64_t, float*, int64_t, bool);

template <int Vectors, bool ByColumns, int... Row> constexpr ProductTile rowTile(int64_t rows, std::integer_sequence<int, Row...>) {
  constexpr ProductTile tiles[] = {productTile<Row + 1, Vectors, ByColumns>...};
  return tiles[rows - 1];
}

template <bool ByColumns, int Vectors = kMostVectors> LAMINA_INLINE ProductTile chooseTile(int64_t rows, int64_t vectors) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) return chooseTile<ByColumns, Vectors - 1>(rows, vectors);
  }
  return rowTile<Vectors, ByColumns>(rows, std::make_integer_sequence<int, rowsFor(Vectors)>());
}

/** C [rows, vectors] = A B or += A B, everything padded to whole vectors. */
template <bool ByColumns>
static void product(int64_t rows, int64_t vectors, int64_t depth, const float* a, int64_t aStride, const float* b, int64_t bStride, float* c,
                    int64_t cStride, bool add) {
  const int64_t parts = (vectors + kMostVectors - 1) / kMostVectors;
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t first = vectors * part / parts, count = vectors * (part + 1) / parts - first;
    const int64_t most = rowsFor(static_cast<int>(count)), tiles = (rows + most - 1) / most;
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t row = rows * tile / tiles, height = rows * (tile + 1) / tiles - row;
      chooseTile<ByColumns>(height, count)(depth, ByColumns ? a + row : a + row * aStride, aStride, b + first * kLanes, bStride,
                                           c + row * cStride + first * kLanes, cStride, add);
    }
  }
}

/** Rows of `width` floats, `stride` apart, times a factor, to rows padded with zeros. */
static void packRows(const float* source, int64_t stride, int64_t rows, int64_t width, float factor, float* packed) {
  const F f = V::set(factor);
  for (int64_t r = 0; r < rows; ++r, source += stride)
    for (int64_t c = 0; c < width; c += kLanes, packed += kLanes) V::store(packed, V::mul(loadLanes(source + c, lanesAt(width, c)), f));
}

/** The same rows turned: `width` rows of `rows` floats padded with zeros. */
static void packTurned(const float* source, int64_t stride, int64_t rows, int64_t width, float* packed) {
  const int64_t length = padded(rows);
  for (int64_t r = 0; r < rows; r += kLanes) {
    const int64_t count = static_cast<int64_t>(lanesAt(rows, r));
    for (int64_t c = 0; c < width; c += kLanes) {
      const size_t part = lanesAt(width, c);
      F square[kLanes];
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i) square[i] = i < count ? loadLanes(source + (r + i) * stride + c, part) : V::zero();
      V::transpose(square);
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
        if (i < static_cast<int64_t>(part)) V::store(packed + (c + i) * length + r, square[i]);
    }
  }
}

/** Each row of vectors [rows][kLanes] to one number: combined lane by lane in order. `results` takes whole vectors. */
template <class Combine> LAMINA_INLINE void reduceRows(const float* vectors, int64_t rows, float* results, Combine combine) {
  for (int64_t r = 0; r < rows; r += kLanes) {
    F square[kLanes];
    LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i) square[i] = V::load(vectors + (r + i) * kLanes);
    V::transpose(square);
    F all = square[0];
    LAMINA_UNROLL for (int64_t i = 1; i < kLanes; ++i) all = combine(all, square[i]);
    V::store(results + r, all);
  }
}

LAMINA_INLINE F larger(F a, F b) { return V::select(V::less(a, b), b, a); }

/** The memory of one task; without any it only counts the floats it takes. */
struct Head {
  int64_t keys, depth, valueDepth, tileStride;
  float *keysTurned, *valuesTurned, *keyRows, *valueRows, *keySums, *valueSums;
  float *weights, *gradients, *queries, *outputs, *sums, *partial;
  float *bias, *dropped, *first, *second, *scalars;
  int64_t floats = 0;

  Head(const AttentionShape& shape, float* scratch) {
    keys = std::min(padded(shape.keys), kKeyColumns);
    depth = padded(shape.depth);
    valueDepth = padded(shape.valueDepth);
    tileStride = keys + kLanes;
    const auto take = [this, scratch](int64_t count) {
      const int64_t begin = std::exchange(floats, floats + count);
      return scratch == nullptr ? nullptr : scratch + begin;
    };
    keysTurned = take(keys * depth);
    valuesTurned = take(keys * valueDepth);
    valueRows = valuesTurned;
    keyRows = take(keys * depth);
    keySums = take(keys * depth);
    valueSums = take(keys * valueDepth);
    weights = take(kQueryRows * tileStride);
    gradients = take(kQueryRows * tileStride);
    queries = take(kQueryRows * depth);
    outputs = take(kQueryRows * valueDepth);
    sums = take(kQueryRows * std::max(depth, valueDepth));
    partial = take(kQueryRows * kLanes);
    bias = take(keys);
    dropped = take(keys);
    first = take((shape.queries + kQueryRows - 1) / kQueryRows * kQueryRows);
    second = take((shape.queries + kQueryRows - 1) / kQueryRows * kQueryRows);
    scalars = take(4 * kQueryRows);
  }
};

static int64_t attentionScratch(const AttentionShape& shape) { return Head(shape, nullptr).floats; }

/** A block of keys. */
struct KeyBlock {
  int64_t begin, count;
};

/** Rows of queries that see a block of keys, and how many keys of it any of them may see. */
struct QueryTile {
  int64_t begin, rows, keys;
};

template <class Body> LAMINA_INLINE void forQueries(const AttentionShape& shape, const KeyBlock& block, const Body& body) {
  const int64_t tiles = (shape.queries + kQueryRows - 1) / kQueryRows;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t begin = shape.queries * i / tiles, end = shape.queries * (i + 1) / tiles;
    const int64_t keys = shape.causal ? std::min(block.count, end - block.begin) : block.count;
    if (keys > 0) body(QueryTile{begin, end - begin, keys});
  }
}

/** 0 for keys that count, kMasked for others and behind the last. */
static void fillBias(const float* mask, int64_t count, float* bias) {
  for (int64_t j = 0; j < padded(count); ++j) bias[j] = j < count && (mask == nullptr || mask[j] > 0.5f) ? 0.0f : kMasked;
}

/** Scores of a tile in powers of two, those of later keys masked when causal. */
static void scoresOf(const AttentionShape& shape, const Head& head, const KeyBlock& block, const QueryTile& tile, const float* q, int64_t stride) {
  packRows(q + tile.begin * stride, stride, tile.rows, shape.depth, shape.scale * kLog2e, head.queries);
  product<false>(tile.rows, padded(tile.keys) / kLanes, shape.depth, head.queries, head.depth, head.keysTurned, padded(block.count), head.weights,
                 head.tileStride, false);
  if (!shape.causal) return;
  for (int64_t r = 0; r < tile.rows; ++r) {
    const int64_t seen = std::max<int64_t>(0, tile.begin + r - block.begin + 1);
    for (int64_t j = seen; j < padded(tile.keys); ++j) head.weights[r * head.tileStride + j] = kMasked;
  }
}

/** Exponentials of the scores of a tile, relative to the largest so far; per row the new largest, the factor of what was, the sum. */
static void exponentials(const Head& head, const QueryTile& tile, const float* largestBefore, float* most, float* factor, float* sum) {
  const int64_t width = padded(tile.keys);
  for (int64_t r = 0; r < tile.rows; ++r) {
    const float* row = head.weights + r * head.tileStride;
    F large = V::set(2 * kMasked);
    for (int64_t j = 0; j < width; j += kLanes) large = larger(large, V::add(V::load(row + j), V::load(head.bias + j)));
    V::store(head.partial + r * kLanes, large);
  }
  reduceRows(head.partial, tile.rows, most, larger);
  for (int64_t r = 0; r < tile.rows; r += kLanes) {
    const F before = largestBefore != nullptr ? V::load(largestBefore + r) : V::set(2 * kMasked);
    const F now = larger(before, V::load(most + r));
    V::store(most + r, now);
    V::store(factor + r, exp2(V::sub(before, now)));
  }
  for (int64_t r = 0; r < tile.rows; ++r) {
    float* row = head.weights + r * head.tileStride;
    const F shift = V::set(most[r] < kMasked / 2 ? 0.0f : most[r]);
    F total = V::zero();
    for (int64_t j = 0; j < width; j += kLanes) {
      const F power = exp2(V::sub(V::add(V::load(row + j), V::load(head.bias + j)), shift));
      total = V::add(total, power);
      V::store(row + j, power);
    }
    V::store(head.partial + r * kLanes, total);
  }
  reduceRows(head.partial, tile.rows, sum, V::add);
}

/** Index of the first weight of a row among the random numbers of a dropout. */
LAMINA_INLINE size_t randomIndex(const AttentionShape& shape, int64_t sample, int64_t head, int64_t query, int64_t key) {
  return static_cast<size_t>(((sample * shape.heads + head) * shape.queries + query) * shape.pitch() + key);
}

static void attentionForward(const AttentionForward& pass, int64_t sample, int64_t headIndex, float* scratch) {
  const AttentionShape& s = pass.shape;
  const Head head(s, scratch);
  const int64_t stride = s.heads * s.depth, valueStride = s.heads * s.valueDepth;
  const float* q = pass.q + sample * s.queries * stride + headIndex * s.depth;
  const float* k = pass.k + sample * s.keys * stride + headIndex * s.depth;
  const float* v = pass.v + sample * s.keys * valueStride + headIndex * s.valueDepth;
  float* const y = pass.y + sample * s.queries * valueStride + headIndex * s.valueDepth;
  float* const lse = pass.lse == nullptr ? nullptr : pass.lse + (sample * s.heads + headIndex) * s.queries;
  float *most = head.scalars, *factor = most + kQueryRows, *sum = factor + kQueryRows, *inverse = sum + kQueryRows;

  for (int64_t j = 0; j < s.keys; j += kKeyColumns) {
    const KeyBlock block{j, std::min(kKeyColumns, s.keys - j)};
    packTurned(k + j * stride, stride, block.count, s.depth, head.keysTurned);
    packRows(v + j * valueStride, valueStride, block.count, s.valueDepth, 1.0f, head.valueRows);
    fillBias(pass.mask == nullptr ? nullptr : pass.mask + sample * s.keys + j, block.count, head.bias);
    forQueries(s, block, [&](const QueryTile& tile) {
      const bool begins = j == 0, ends = j + block.count >= (s.causal ? std::min(s.keys, tile.begin + tile.rows) : s.keys);
      scoresOf(s, head, block, tile, q, stride);
      float *largest = head.first + tile.begin, *total = head.second + tile.begin;
      exponentials(head, tile, begins ? nullptr : largest, most, factor, sum);
      for (int64_t r = 0; r < tile.rows; ++r) {
        largest[r] = most[r];
        total[r] = begins ? sum[r] : total[r] * factor[r] + sum[r];
        if (s.rate > 0) {
          float* const row = head.weights + r * head.tileStride;
          simd::dropoutForward(row, row, head.dropped, randomIndex(s, sample, headIndex, tile.begin + r, j), static_cast<size_t>(tile.keys), s.rate,
                               s.step, s.stream, s.seed);
        }
      }
      product<false>(tile.rows, head.valueDepth / kLanes, tile.keys, head.weights, head.tileStride, head.valueRows, head.valueDepth, head.sums,
                     head.valueDepth, false);
      for (int64_t r = 0; r < tile.rows; ++r) {
        inverse[r] = ends ? (total[r] > 0 ? 1 / total[r] : 0.0f) : 1.0f;
        float* const out = y + (tile.begin + r) * valueStride;
        for (int64_t c = 0; c < s.valueDepth; c += kLanes) {
          const size_t lanes = lanesAt(s.valueDepth, c);
          F value = V::load(head.sums + r * head.valueDepth + c);
          if (!begins) value = V::fma(loadLanes(out + c, lanes), V::set(factor[r]), value);
          storeLanes(out + c, lanes, V::mul(value, V::set(inverse[r])));
        }
      }
      if (!ends || lse == nullptr) return;
      for (int64_t r = 0; r < tile.rows; r += kLanes) {
        const F all = V::load(total + r);
        const F value = V::fma(V::load(most + r), V::set(kLn2), log(all));
        storeLanes(lse + tile.begin + r, lanesAt(tile.rows, r), V::select(V::less(V::zero(), all), value, V::set(-kMasked)));
      }
    });
  }
}

/** Per query: logarithm of its sum in powers of two, and the product of output and gradient. */
static void rowTerms(const AttentionBackward& pass, const Head& head, const float* y, const float* dy, int64_t stride, const float* lse) {
  const AttentionShape& s = pass.shape;
  for (int64_t t = 0; t < s.queries; t += kQueryRows) {
    const int64_t rows = std::min(kQueryRows, s.queries - t);
    for (int64_t r = 0; r < rows; ++r) {
      F total = V::zero();
      for (int64_t c = 0; c < s.valueDepth; c += kLanes) {
        const size_t lanes = lanesAt(s.valueDepth, c);
        total = V::fma(loadLanes(y + (t + r) * stride + c, lanes), loadLanes(dy + (t + r) * stride + c, lanes), total);
      }
      V::store(head.partial + r * kLanes, total);
      head.first[t + r] = lse[t + r] * kLog2e;
    }
    reduceRows(head.partial, rows, head.second + t, V::add);
  }
}

/** Weights and the gradients of the scores of a tile, from its scores and the products of dy with the values. */
static void scoreGradients(const AttentionShape& s, const Head& head, const KeyBlock& block, const QueryTile& tile, int64_t sample, int64_t headIndex) {
  const int64_t width = padded(tile.keys);
  for (int64_t r = 0; r < tile.rows; ++r) {
    float* const row = head.weights + r * head.tileStride;
    float* const gradient = head.gradients + r * head.tileStride;
    const F lse = V::set(head.first[tile.begin + r]), mean = V::set(head.second[tile.begin + r]);
    if (s.rate > 0)
      simd::dropoutForward(gradient, gradient, head.dropped, randomIndex(s, sample, headIndex, tile.begin + r, block.begin),
                           static_cast<size_t>(tile.keys), s.rate, s.step, s.stream, s.seed);
    for (int64_t j = 0; j < width; j += kLanes) {
      const F weight = exp2(V::sub(V::add(V::load(row + j), V::load(head.bias + j)), lse));
      V::store(gradient + j, V::mul(weight, V::sub(V::load(gradient + j), mean)));
      V::store(row + j, s.rate > 0 ? V::mul(weight, V::load(head.dropped + j)) : weight);
    }
  }
}

static void attentionBackward(const AttentionBackward& pass, int64_t sample, int64_t headIndex, float* scratch) {
  const AttentionShape& s = pass.shape;
  const Head head(s, scratch);
  const int64_t stride = s.heads * s.depth, valueStride = s.heads * s.valueDepth;
  const int64_t queryAt = sample * s.queries * stride + headIndex * s.depth, keyAt = sample * s.keys * stride + headIndex * s.depth;
  const int64_t outputAt = sample * s.queries * valueStride + headIndex * s.valueDepth;
  const int64_t valueAt = sample * s.keys * valueStride + headIndex * s.valueDepth;
  const float* const dy = pass.dy + outputAt;
  rowTerms(pass, head, pass.y + outputAt, dy, valueStride, pass.lse + (sample * s.heads + headIndex) * s.queries);
  std::fill(head.dropped, head.dropped + head.keys, 0.0f);

  for (int64_t j = 0; j < s.keys; j += kKeyColumns) {
    const KeyBlock block{j, std::min(kKeyColumns, s.keys - j)};
    packTurned(pass.k + keyAt + j * stride, stride, block.count, s.depth, head.keysTurned);
    packTurned(pass.v + valueAt + j * valueStride, valueStride, block.count, s.valueDepth, head.valuesTurned);
    packRows(pass.k + keyAt + j * stride, stride, block.count, s.depth, 1.0f, head.keyRows);
    fillBias(pass.mask == nullptr ? nullptr : pass.mask + sample * s.keys + j, block.count, head.bias);
    std::fill(head.keySums, head.keySums + block.count * head.depth, 0.0f);
    std::fill(head.valueSums, head.valueSums + block.count * head.valueDepth, 0.0f);
    forQueries(s, block, [&](const QueryTile& tile) {
      scoresOf(s, head, block, tile, pass.q + queryAt, stride);
      packRows(dy + tile.begin * valueStride, valueStride, tile.rows, s.valueDepth, 1.0f, head.outputs);
      product<false>(tile.rows, padded(tile.keys) / kLanes, s.valueDepth, head.outputs, head.valueDepth, head.valuesTurned, padded(block.count),
                     head.gradients, head.tileStride, false);
      scoreGradients(s, head, block, tile, sample, headIndex);
      product<true>(tile.keys, head.valueDepth / kLanes, tile.rows, head.weights, head.tileStride, head.outputs, head.valueDepth, head.valueSums,
                    head.valueDepth, true);
      product<true>(tile.keys, head.depth / kLanes, tile.rows, head.gradients, head.tileStride, head.queries, head.depth, head.keySums, head.depth,
                    true);
      product<false>(tile.rows, head.depth / kLanes, tile.keys, head.gradients, head.tileStride, head.keyRows, head.depth, head.sums, head.depth,
                     false);
      for (int64_t r = 0; r < tile.rows; ++r) {
        float* const out = pass.dq + queryAt + (tile.begin + r) * stride;
        for (int64_t c = 0; c < s.depth; c += kLanes) {
          const size_t lanes = lanesAt(s.depth, c);
          const F before = j == 0 ? V::zero() : loadLanes(out + c, lanes);
          storeLanes(out + c, lanes, V::fma(V::load(head.sums + r * head.depth + c), V::set(s.scale), before));
        }
      }
    });
    const auto write = [&](float* to, int64_t toStride, const float* from, int64_t fromStride, int64_t width, float by) {
      for (int64_t r = 0; r < block.count; ++r)
        for (int64_t c = 0; c < width; c += kLanes)
          storeLanes(to + r * toStride + c, lanesAt(width, c), V::mul(V::load(from + r * fromStride + c), V::set(by)));
    };
    // The queries carry the factor log2(e).
    write(pass.dk + keyAt + j * stride, stride, head.keySums, head.depth, s.depth, kLn2);
    write(pass.dv + valueAt + j * valueStride, valueStride, head.valueSums, head.valueDepth, s.valueDepth, 1.0f);
  }
}

}  // namespace lamina::LAMINA_ISA

#define LAMINA_ATTENTION_CODE \
  { LAMINA_ISA::attentionScratch, LAMINA_ISA::attentionForward, LAMINA_ISA::attentionBackward }
