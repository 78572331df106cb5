/** One head of attention for the instruction set opened by a vec_<isa>.h. */
#include "tiles.h"

#include "../simd/philox.h"

namespace lamina::LAMINA_ISA {

constexpr float kLn2 = 0.693147182f;
/** Scores of keys that a query may not see; a largest score below half of it says that it sees none. */
constexpr float kMasked = -1e30f;

/** The memory of one task; without any it only counts the floats it takes. */
struct Head {
  int64_t keys, depth, valueDepth, queries;
  float *keyRows, *valueRows, *keySums, *valueSums, *weights, *gradients, *queryRows, *outputRows, *queriesTurned, *outputsTurned, *sums;
  float *largest, *total, *terms;
  int32_t* places;
  int64_t floats = 0;

  Head(const AttentionShape& shape, float* scratch) {
    keys = std::min(shape.keys, kKeyRows);
    depth = padded(shape.depth);
    valueDepth = padded(shape.valueDepth);
    queries = (shape.queries + kQueries - 1) / kQueries * kQueries;
    const auto take = [this, scratch](int64_t count) {
      const int64_t begin = std::exchange(floats, floats + (count + kAligned - 1) / kAligned * kAligned);
      return scratch == nullptr ? nullptr : scratch + begin;
    };
    keyRows = take(keys * depth);
    valueRows = take(keys * valueDepth);
    keySums = take(keys * depth);
    valueSums = take(keys * valueDepth);
    weights = take(keys * kQueries);
    gradients = take(keys * kQueries);
    queryRows = take(kQueries * depth);
    outputRows = take(kQueries * valueDepth);
    queriesTurned = take(shape.depth * kQueries);
    outputsTurned = take(shape.valueDepth * kQueries);
    sums = take(std::max(depth, valueDepth) * kQueries);
    largest = take(queries);
    total = take(queries);
    terms = take(2 * kQueries);
    places = reinterpret_cast<int32_t*>(take(keys));
  }
};

static int64_t attentionScratch(const AttentionShape& shape) { return Head(shape, nullptr).floats; }

/** Packs the rows of keys, times the scale, and of values that count, padded with zeros, and where they lie. */
static int64_t packKeys(const AttentionShape& s, const Head& head, int64_t begin, int64_t end, const float* k, int64_t stride, const float* v,
                        int64_t valueStride, const float* mask) {
  const F scale = V::set(s.scale);
  int64_t count = 0;
  for (int64_t j = begin; j < end; ++j) {
    if (mask != nullptr && !(mask[j] > 0.5f)) continue;
    for (int64_t c = 0; c < s.depth; c += kLanes)
      V::store(head.keyRows + count * head.depth + c, V::mul(loadLanes(k + j * stride + c, lanesAt(s.depth, c)), scale));
    for (int64_t c = 0; c < s.valueDepth; c += kLanes)
      V::store(head.valueRows + count * head.valueDepth + c, loadLanes(v + j * valueStride + c, lanesAt(s.valueDepth, c)));
    head.places[count++] = static_cast<int32_t>(j);
  }
  return count;
}

/** Queries that lie beside one another, and how many of a block's keys any of them sees. */
struct QueryTile {
  int64_t begin, rows, keys;
};

/** Calls body(tile) for all queries, in tiles of about one length. */
template <class Body> LAMINA_INLINE void forQueries(const AttentionShape& s, const Head& head, int64_t count, const Body& body) {
  const int64_t most = s.causal ? kCausalQueries : kQueries, tiles = (s.queries + most - 1) / most;
  const int64_t step = padded((s.queries + tiles - 1) / tiles);
  for (int64_t begin = 0; begin < s.queries; begin += step) {
    const int64_t end = std::min(s.queries, begin + step);
    int64_t keys = count;
    while (s.causal && keys > 0 && head.places[keys - 1] >= end) --keys;
    body(QueryTile{begin, end - begin, keys});
  }
}

/** How many of a tile's keys any query of the vector from `query` on sees. */
LAMINA_INLINE int64_t keysSeen(const AttentionShape& s, const Head& head, const QueryTile& tile, int64_t query) {
  int64_t keys = tile.keys;
  while (s.causal && keys > 0 && head.places[keys - 1] >= tile.begin + query + kLanes) --keys;
  return keys;
}

/** Writes `value` for each of the first `keys` keys where a query of the vector from `query` on does not see it. */
LAMINA_INLINE void hideKeys(const AttentionShape& s, const Head& head, const QueryTile& tile, int64_t query, int64_t keys, float value, float* to) {
  if (!s.causal) return;
  const int64_t first = tile.begin + query;
  for (int64_t j = keys - 1; j >= 0 && head.places[j] > first; --j)
    storeLanes(to + j * kQueries + query, static_cast<size_t>(std::min(kLanes, head.places[j] - first)), V::set(value));
}

/** The factors of dropout for one vector of queries, key after key. */
class Drops {
 public:
  LAMINA_INLINE Drops(const AttentionShape& s, int64_t sample, int64_t head, int64_t query)
      : s_(s), dropped_(s.rate) {
    const int64_t blocks = s.pitch() / 4, first = ((sample * s.heads + head) * s.queries + query) * blocks;
    V::I high, low;
    V::multiplyWide(V::iota(), V::seti(static_cast<int>(blocks)), high, low);
    base_ = V::addi(V::seti(static_cast<int>(static_cast<uint32_t>(first))), low);
  }
  LAMINA_INLINE F at(int32_t key) {
    if (key / 4 != block_) {
      block_ = key / 4;
      V::I words[4] = {V::addi(base_, V::seti(block_)), V::seti(static_cast<int>(s_.step)), V::seti(static_cast<int>(s_.stream)), V::seti(0)};
      philox(words, s_.seed);
      LAMINA_UNROLL for (int w = 0; w < 4; ++w) factors_[w] = dropped_.factor(words[w]);
    }
    return factors_[key % 4];
  }

 private:
  const AttentionShape& s_;
  const Dropped dropped_;
  V::I base_;
  int32_t block_ = -1;
  F factors_[4];
};

/** Where queries, keys and values of a head lie. */
struct Places {
  int64_t stride, valueStride, query, key, value, output, row;

  Places(const AttentionShape& s, int64_t sample, int64_t head)
      : stride(s.heads * s.depth), valueStride(s.heads * s.valueDepth), query(sample * s.queries * stride + head * s.depth),
        key(sample * s.keys * stride + head * s.depth), value(sample * s.keys * valueStride + head * s.valueDepth),
        output(sample * s.queries * valueStride + head * s.valueDepth), row((sample * s.heads + head) * s.queries) {}

  /** Of the head that comes next. */
  static Places next(const AttentionShape& s, int64_t sample, int64_t head) {
    return head + 1 < s.heads ? Places(s, sample, head + 1) : Places(s, sample + 1, 0);
  }
};

/** Asks for the part of the next head's keys, values and queries that goes with the vector of queries from `query` on of this one. */
template <class Pass> LAMINA_INLINE void prefetchNext(const Pass& pass, const Places& next, int64_t query) {
  const AttentionShape& s = pass.shape;
  const int64_t end = std::min(query + kLanes, s.queries), key = s.keys * query / s.queries, keyEnd = s.keys * end / s.queries;
  prefetchRows(pass.q + next.query, next.stride, s.depth, query, end);
  prefetchRows(pass.k + next.key, next.stride, s.depth, key, keyEnd);
  prefetchRows(pass.v + next.value, next.valueStride, s.valueDepth, key, keyEnd);
}

/** Exponentials of scores less `shift` in their place; the sum and what they add to it. */
template <class W, int Keys> LAMINA_INLINE typename W::F exponentialsOf(float* scores, typename W::F shift, typename W::F sum) {
  typename W::F power[Keys];
  LAMINA_UNROLL for (int i = 0; i < Keys; ++i) power[i] = W::sub(W::load(scores + i * kQueries), shift);
  powersOfTwo<W>(power);
  LAMINA_UNROLL for (int i = 0; i < Keys; ++i) {
    sum = W::add(sum, power[i]);
    W::store(scores + i * kQueries, power[i]);
  }
  return sum;
}

/** Scores of the vector of queries from `t` on in powers of two; returned is the largest, `most` among them. */
template <class W>
LAMINA_INLINE typename W::F scoresOf(const AttentionShape& s, const Head& head, const QueryTile& tile, int64_t t, int64_t keys, typename W::F most) {
  float* const scores = head.weights + t;
  typename W::F largest = most;
  forTiles(keys, [&]<int Keys>(int64_t key) {
    typename W::F score[Keys];
    LAMINA_UNROLL for (int i = 0; i < Keys; ++i) score[i] = W::zero();
    addProducts<W>(s.depth, head.keyRows + key * head.depth, head.depth, head.queriesTurned + t, score);
    typename W::F most = largest;
    LAMINA_UNROLL for (int i = 0; i < Keys; ++i) {
      W::store(scores + (key + i) * kQueries, score[i]);
      most = W::larger(score[i], most);
    }
    largest = most;
  });
  if (!s.causal) return largest;
  hideKeys(s, head, tile, t, keys, kMasked, head.weights);
  for (int64_t j = 0; j < keys; ++j) most = W::larger(W::load(scores + j * kQueries), most);
  return most;
}

/**
 * The weights of the vector of queries from `t` on: exponentials relative to the largest score so far. `head.largest` and `head.total` are those of
 * the keys before and take on the new ones; the result is the factor of what was summed before.
 */
template <class W> LAMINA_INLINE F exponentials(const AttentionShape& s, const Head& head, const QueryTile& tile, int64_t t, int64_t keys, bool first) {
  float* const scores = head.weights + t;
  float *const largest = head.largest + tile.begin + t, *const total = head.total + tile.begin + t, *const term = head.terms + t;
  if (first) V::store(largest, V::set(2 * kMasked));
  const F before = V::load(largest);
  W::store(largest, scoresOf<W>(s, head, tile, t, keys, W::load(largest)));
  const F most = V::load(largest);
  V::store(term, V::select(V::less(most, V::set(kMasked / 2)), V::zero(), most));
  const typename W::F shift = W::load(term);
  typename W::F sum = W::zero();
  int64_t j = 0;
  for (; j + kInterleaved <= keys; j += kInterleaved) sum = exponentialsOf<W, kInterleaved>(scores + j * kQueries, shift, sum);
  for (; j < keys; ++j) sum = exponentialsOf<W, 1>(scores + j * kQueries, shift, sum);
  for (; j < tile.keys; ++j) W::store(scores + j * kQueries, W::zero());
  W::store(term, sum);
  F factor[1] = {V::sub(before, most)};
  powersOfTwo<V>(factor);
  V::store(total, first ? V::load(term) : V::fma(V::load(total), factor[0], V::load(term)));
  return first ? V::zero() : factor[0];
}

/** Drops out the exponentials of a vector of queries. */
LAMINA_INLINE void dropWeights(const Head& head, int64_t keys, float* weights, Drops drops) {
  for (int64_t j = 0; j < keys; ++j) V::store(weights + j * kQueries, V::mul(V::load(weights + j * kQueries), drops.at(head.places[j])));
}

static void attentionForward(const AttentionForward& pass, int64_t sample, int64_t headIndex, float* scratch) {
  const AttentionShape& s = pass.shape;
  const Head head(s, scratch);
  const Places at(s, sample, headIndex), next = Places::next(s, sample, headIndex);
  const float* const mask = pass.mask == nullptr ? nullptr : pass.mask + sample * s.keys;
  float* const y = pass.y + at.output;
  float* const lse = pass.lse == nullptr ? nullptr : pass.lse + at.row;
  float *const scale = head.terms, *const before = scale + kQueries;

  for (int64_t j = 0; j < s.keys; j += kKeyRows) {
    const bool first = j == 0;
    const int64_t end = std::min(s.keys, j + kKeyRows);
    const bool last = end == s.keys;
    const int64_t count = packKeys(s, head, j, end, pass.k + at.key, at.stride, pass.v + at.value, at.valueStride, mask);
    forQueries(s, head, count, [&](const QueryTile& tile) {
      packQueries(pass.q + at.query + tile.begin * at.stride, at.stride, tile.rows, s.depth, 1.0f, nullptr, kLog2e, head.queriesTurned);
      for (int64_t t = 0; t < tile.rows; t += kLanes) {
        if (last) prefetchNext(pass, next, tile.begin + t);
        const int64_t keys = keysSeen(s, head, tile, t);
        const F factor = tile.rows - t <= static_cast<int64_t>(Half::width) ? exponentials<Half>(s, head, tile, t, keys, first)
                                                                           : exponentials<V>(s, head, tile, t, keys, first);
        const F sum = V::load(head.total + tile.begin + t);
        const V::M any = V::less(V::zero(), sum);
        const F inverse = last ? V::select(V::lessEqual(sum, V::zero()), V::zero(), V::div(V::set(1.0f), sum)) : V::set(1.0f);
        if (s.rate > 0) dropWeights(head, keys, head.weights + t, Drops(s, sample, headIndex, tile.begin + t));
        V::store(scale + t, inverse);
        V::store(before + t, V::mul(factor, inverse));
        if (!last || lse == nullptr) continue;
        const F value = V::fma(V::load(head.largest + tile.begin + t), V::set(kLn2), log(sum));
        storeLanes(lse + tile.begin + t, lanesAt(tile.rows, t), V::select(any, value, V::set(-kMasked)));
      }
      product<true>(tile.rows, s.valueDepth, tile.keys, head.weights, kQueries, head.valueRows, head.valueDepth, head.sums, head.valueDepth, false);
      addRows(tile.rows, s.valueDepth, head.sums, head.valueDepth, scale, first ? nullptr : before, y + tile.begin * at.valueStride, at.valueStride);
    });
  }
}

/** Per query: logarithm of its sum in powers of two, and the product of output and gradient. */
static void rowTerms(const AttentionBackward& pass, const Head& head, const Places& at) {
  const AttentionShape& s = pass.shape;
  for (int64_t t = 0; t < s.queries; t += kLanes) {
    const int64_t rows = static_cast<int64_t>(lanesAt(s.queries, t));
    F square[kLanes];
    LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r) {
      square[r] = V::zero();
      for (int64_t c = 0; r < rows && c < s.valueDepth; c += kLanes) {
        const size_t lanes = lanesAt(s.valueDepth, c);
        const int64_t row = at.output + (t + r) * at.valueStride + c;
        square[r] = V::fma(loadLanes(pass.y + row, lanes), loadLanes(pass.dy + row, lanes), square[r]);
      }
    }
    V::transpose(square);
    F mean = square[0];
    LAMINA_UNROLL for (int64_t i = 1; i < kLanes; ++i) mean = V::add(mean, square[i]);
    V::store(head.total + t, V::sub(V::zero(), mean));
    V::store(head.largest + t, V::mul(loadLanes(pass.lse + at.row + t, static_cast<size_t>(rows)), V::set(-kLog2e)));
  }
}

/** Weights and the gradients of their scores for the vector of queries from `t` on; head.largest and head.total hold the negative terms of rows. */
template <class W, bool Drop> LAMINA_INLINE void weightsOf(const AttentionShape& s, const Head& head, const QueryTile& tile, int64_t t, Drops* drops) {
  using Lanes = typename W::F;
  const Lanes lse = W::load(head.largest + tile.begin + t), mean = W::load(head.total + tile.begin + t);
  forTiles(keysSeen(s, head, tile, t), [&]<int Keys>(int64_t key) {
    float *const weights = head.weights + key * kQueries + t, *const gradients = head.gradients + key * kQueries + t;
    Lanes weight[Keys], gradient[Keys];
    LAMINA_UNROLL for (int i = 0; i < Keys; ++i) weight[i] = W::zero();
    addProducts<W>(s.depth, head.keyRows + key * head.depth, head.depth, head.queriesTurned + t, weight);
    LAMINA_UNROLL for (int i = 0; i < Keys; ++i) weight[i] = W::add(weight[i], lse);
    powersOfTwo<W>(weight);
    LAMINA_UNROLL for (int i = 0; i < Keys; ++i) gradient[i] = W::zero();
    addProducts<W>(s.valueDepth, head.valueRows + key * head.valueDepth, head.valueDepth, head.outputsTurned + t, gradient);
    LAMINA_UNROLL for (int i = 0; i < Keys; ++i) {
      Lanes dropped = weight[i];
      if constexpr (Drop) {
        const Lanes factor = drops->at(head.places[key + i]);
        gradient[i] = W::mul(gradient[i], factor);
        dropped = W::mul(dropped, factor);
      }
      W::store(weights + i * kQueries, dropped);
      W::store(gradients + i * kQueries, W::mul(weight[i], W::add(gradient[i], mean)));
    }
  });
  hideKeys(s, head, tile, t, tile.keys, 0, head.weights);
  hideKeys(s, head, tile, t, tile.keys, 0, head.gradients);
}

/** Where gradients of a block's keys or values are summed: where they belong when those are all keys and fill whole vectors, else packed. */
struct KeySums {
  float* rows;
  int64_t stride;
  bool inPlace;

  KeySums(bool all, int64_t width, float* tensor, int64_t tensorStride, float* packed)
      : rows(packed), stride(padded(width)), inPlace(all && width % kLanes == 0) {
    if (inPlace) rows = tensor, stride = tensorStride;
  }
  void clear(int64_t count, int64_t width) const {
    for (int64_t row = 0; row < count; ++row) std::fill_n(rows + row * stride, width, 0.0f);
  }
  /** Writes packed rows to the tensor, 0 for keys that do not count. */
  void write(const Head& head, int64_t count, int64_t begin, int64_t end, int64_t width, float* tensor, int64_t tensorStride) const {
    if (inPlace) return;
    int64_t next = 0;
    for (int64_t row = begin; row < end; ++row) {
      const bool counts = next < count && head.places[next] == row;
      for (int64_t c = 0; c < width; c += kLanes)
        storeLanes(tensor + (row - begin) * tensorStride + c, lanesAt(width, c), counts ? V::load(rows + next * stride + c) : V::zero());
      if (counts) ++next;
    }
  }
};

static void attentionBackward(const AttentionBackward& pass, int64_t sample, int64_t headIndex, float* scratch) {
  const AttentionShape& s = pass.shape;
  const Head head(s, scratch);
  const Places at(s, sample, headIndex), next = Places::next(s, sample, headIndex);
  const float* const mask = pass.mask == nullptr ? nullptr : pass.mask + sample * s.keys;
  rowTerms(pass, head, at);
  float* const ones = head.terms;
  std::fill_n(ones, kQueries, 1.0f);

  for (int64_t j = 0; j < s.keys; j += kKeyRows) {
    const int64_t end = std::min(s.keys, j + kKeyRows);
    const int64_t count = packKeys(s, head, j, end, pass.k + at.key, at.stride, pass.v + at.value, at.valueStride, mask);
    float *const dk = pass.dk + at.key + j * at.stride, *const dv = pass.dv + at.value + j * at.valueStride;
    const KeySums keySums(mask == nullptr, s.depth, dk, at.stride, head.keySums);
    const KeySums valueSums(mask == nullptr, s.valueDepth, dv, at.valueStride, head.valueSums);
    // Else the first tile of queries writes all of them.
    if (s.causal) keySums.clear(count, s.depth), valueSums.clear(count, s.valueDepth);
    forQueries(s, head, count, [&](const QueryTile& tile) {
      const bool add = s.causal || tile.begin > 0;
      packQueries(pass.q + at.query + tile.begin * at.stride, at.stride, tile.rows, s.depth, s.scale, head.queryRows, kLog2e, head.queriesTurned);
      packQueries(pass.dy + at.output + tile.begin * at.valueStride, at.valueStride, tile.rows, s.valueDepth, 1.0f, head.outputRows, 1.0f,
                  head.outputsTurned);
      for (int64_t t = 0; t < tile.rows; t += kLanes) {
        if (end == s.keys) {
          const int64_t query = tile.begin + t, queryEnd = query + static_cast<int64_t>(lanesAt(tile.rows, t));
          prefetchNext(pass, next, query);
          prefetchRows(pass.y + next.output, next.valueStride, s.valueDepth, query, queryEnd);
          prefetchRows(pass.dy + next.output, next.valueStride, s.valueDepth, query, queryEnd);
        }
        if (s.rate > 0) {
          Drops drops(s, sample, headIndex, tile.begin + t);
          weightsOf<V, true>(s, head, tile, t, &drops);
        } else if (tile.rows - t <= static_cast<int64_t>(Half::width)) {
          weightsOf<Half, false>(s, head, tile, t, nullptr);
        } else {
          weightsOf<V, false>(s, head, tile, t, nullptr);
        }
      }
      product<false>(tile.keys, s.valueDepth, tile.rows, head.weights, kQueries, head.outputRows, head.valueDepth, valueSums.rows, valueSums.stride,
                     add);
      product<false>(tile.keys, s.depth, tile.rows, head.gradients, kQueries, head.queryRows, head.depth, keySums.rows, keySums.stride, add);
      float* const dq = pass.dq + at.query + tile.begin * at.stride;
      if (s.depth % kLanes == 0) {
        product<true>(tile.rows, s.depth, tile.keys, head.gradients, kQueries, head.keyRows, head.depth, dq, at.stride, j > 0);
      } else {
        product<true>(tile.rows, s.depth, tile.keys, head.gradients, kQueries, head.keyRows, head.depth, head.sums, head.depth, false);
        addRows(tile.rows, s.depth, head.sums, head.depth, ones, j == 0 ? nullptr : ones, dq, at.stride);
      }
    });
    keySums.write(head, count, j, end, s.depth, dk, at.stride);
    valueSums.write(head, count, j, end, s.valueDepth, dv, at.valueStride);
  }
}

}  // namespace lamina::LAMINA_ISA

#define LAMINA_ATTENTION_CODE \
  { LAMINA_ISA::attentionScratch, LAMINA_ISA::attentionForward, LAMINA_ISA::attentionBackward }
