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
    keyRows = take(keys * shape.depth);
    valueRows = take(keys * shape.valueDepth);
    keySums = take(keys * depth);
    valueSums = take(keys * valueDepth);
    weights = take(keys * kQueries);
    gradients = take(keys * kQueries);
    queryRows = take(kQueries * depth);
    outputRows = take(kQueries * valueDepth);
    queriesTurned = take(shape.depth * kQueries);
    outputsTurned = take(shape.valueDepth * kQueries);
    sums = take(std::max(shape.depth, shape.valueDepth) * kQueries);
    largest = take(queries);
    total = take(queries);
    terms = take(2 * kQueries);
    places = reinterpret_cast<int32_t*>(take(keys));
  }
};

static int64_t attentionScratch(const AttentionShape& shape) { return Head(shape, nullptr).floats; }

/** Packs the rows of keys and values that count, and where they lie. */
static int64_t packKeys(const AttentionShape& s, const Head& head, int64_t begin, int64_t end, const float* k, int64_t stride, const float* v,
                        int64_t valueStride, const float* mask) {
  int64_t count = 0;
  for (int64_t j = begin; j < end; ++j) {
    if (mask != nullptr && !(mask[j] > 0.5f)) continue;
    for (int64_t c = 0; c < s.depth; c += kLanes) {
      const size_t lanes = lanesAt(s.depth, c);
      storeLanes(head.keyRows + count * s.depth + c, lanes, loadLanes(k + j * stride + c, lanes));
    }
    for (int64_t c = 0; c < s.valueDepth; c += kLanes) {
      const size_t lanes = lanesAt(s.valueDepth, c);
      storeLanes(head.valueRows + count * s.valueDepth + c, lanes, loadLanes(v + j * valueStride + c, lanes));
    }
    head.places[count++] = static_cast<int32_t>(j);
  }
  return count;
}

/** Queries that lie beside one another, and how many of a block's keys any of them sees. */
struct QueryTile {
  int64_t begin, rows, keys;
};

template <class Body> LAMINA_INLINE void forQueries(const AttentionShape& s, const Head& head, int64_t count, const Body& body) {
  for (int64_t begin = 0; begin < s.queries; begin += kQueries) {
    const int64_t end = std::min(s.queries, begin + kQueries);
    int64_t keys = count;
    while (s.causal && keys > 0 && head.places[keys - 1] >= end) --keys;
    body(QueryTile{begin, end - begin, keys});
  }
}

/** Scores of a tile in powers of two, those of later keys masked when causal. */
static void scoresOf(const AttentionShape& s, const Head& head, const QueryTile& tile) {
  product<false>(tile.keys, tile.rows, s.depth, head.keyRows, s.depth, head.queriesTurned, kQueries, head.weights, kQueries, false);
  if (!s.causal) return;
  for (int64_t j = tile.keys - 1; j >= 0 && head.places[j] > tile.begin; --j)
    for (int64_t t = 0; t < std::min(tile.rows, head.places[j] - tile.begin); ++t) head.weights[j * kQueries + t] = kMasked;
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
};

/** Exponentials of scores less `shift` in their place; the sum and what they add to it. */
template <int Keys> LAMINA_INLINE F exponentialsOf(float* scores, F shift, F sum) {
  F power[Keys];
  LAMINA_UNROLL for (int i = 0; i < Keys; ++i) power[i] = V::sub(V::load(scores + i * kQueries), shift);
  powersOfTwo(power);
  LAMINA_UNROLL for (int i = 0; i < Keys; ++i) {
    sum = V::add(sum, power[i]);
    V::store(scores + i * kQueries, power[i]);
  }
  return sum;
}

/**
 * Scores of a vector of queries to exponentials relative to the largest so far. `largest` and `total` are those of the keys before and take on the new
 * ones; the result is the factor of what was summed before.
 */
LAMINA_INLINE F exponentials(int64_t keys, bool first, float* scores, float* largest, float* total) {
  const F before = first ? V::set(2 * kMasked) : V::load(largest);
  F most = before;
  for (int64_t j = 0; j < keys; ++j) most = V::larger(V::load(scores + j * kQueries), most);
  const F shift = V::select(V::less(most, V::set(kMasked / 2)), V::zero(), most);
  F sum = V::zero();
  int64_t j = 0;
  for (; j + kInterleaved <= keys; j += kInterleaved) sum = exponentialsOf<kInterleaved>(scores + j * kQueries, shift, sum);
  for (; j < keys; ++j) sum = exponentialsOf<1>(scores + j * kQueries, shift, sum);
  F factor[1] = {V::sub(before, most)};
  powersOfTwo(factor);
  V::store(largest, most);
  V::store(total, first ? sum : V::fma(V::load(total), factor[0], sum));
  return first ? V::zero() : factor[0];
}

/** Drops out the exponentials of a vector of queries. */
LAMINA_INLINE void dropWeights(const Head& head, int64_t keys, float* weights, Drops drops) {
  for (int64_t j = 0; j < keys; ++j) V::store(weights + j * kQueries, V::mul(V::load(weights + j * kQueries), drops.at(head.places[j])));
}

static void attentionForward(const AttentionForward& pass, int64_t sample, int64_t headIndex, float* scratch) {
  const AttentionShape& s = pass.shape;
  const Head head(s, scratch);
  const Places at(s, sample, headIndex);
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
      packQueries(pass.q + at.query + tile.begin * at.stride, at.stride, tile.rows, s.depth, s.scale * kLog2e, nullptr, head.queriesTurned);
      scoresOf(s, head, tile);
      for (int64_t t = 0; t < tile.rows; t += kLanes) {
        float *const largest = head.largest + tile.begin + t, *const total = head.total + tile.begin + t;
        const F factor = exponentials(tile.keys, first, head.weights + t, largest, total);
        const F sum = V::load(total);
        const V::M any = V::less(V::zero(), sum);
        const F inverse = last ? V::select(V::lessEqual(sum, V::zero()), V::zero(), V::div(V::set(1.0f), sum)) : V::set(1.0f);
        if (s.rate > 0) dropWeights(head, tile.keys, head.weights + t, Drops(s, sample, headIndex, tile.begin + t));
        V::store(scale + t, inverse);
        V::store(before + t, V::mul(factor, inverse));
        if (!last || lse == nullptr) continue;
        const F value = V::fma(V::load(largest), V::set(kLn2), log(sum));
        storeLanes(lse + tile.begin + t, lanesAt(tile.rows, t), V::select(any, value, V::set(-kMasked)));
      }
      product<true>(s.valueDepth, tile.rows, tile.keys, head.valueRows, s.valueDepth, head.weights, kQueries, head.sums, kQueries, false);
      storeTurned(head.sums, tile.rows, s.valueDepth, scale, first ? nullptr : before, y + tile.begin * at.valueStride, at.valueStride);
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
    V::store(head.total + t, mean);
    V::store(head.largest + t, V::mul(loadLanes(pass.lse + at.row + t, static_cast<size_t>(rows)), V::set(kLog2e)));
  }
}

/** Scores and products of dy with the values to weights and gradients of the scores, for one vector of queries and some keys. */
template <int Keys, bool Drop>
LAMINA_INLINE void scoreGradientsOf(const int32_t* places, F lse, F mean, float* weights, float* gradients, Drops* drops) {
  F weight[Keys];
  LAMINA_UNROLL for (int i = 0; i < Keys; ++i) weight[i] = V::sub(V::load(weights + i * kQueries), lse);
  powersOfTwo(weight);
  LAMINA_UNROLL for (int i = 0; i < Keys; ++i) {
    F gradient = V::load(gradients + i * kQueries), dropped = weight[i];
    if constexpr (Drop) {
      const F factor = drops->at(places[i]);
      gradient = V::mul(gradient, factor);
      dropped = V::mul(dropped, factor);
    }
    V::store(gradients + i * kQueries, V::mul(weight[i], V::sub(gradient, mean)));
    V::store(weights + i * kQueries, dropped);
  }
}

template <bool Drop> LAMINA_INLINE void scoreGradients(const Head& head, int64_t keys, F lse, F mean, float* weights, float* gradients, Drops* drops) {
  int64_t j = 0;
  for (; j + kInterleaved <= keys; j += kInterleaved)
    scoreGradientsOf<kInterleaved, Drop>(head.places + j, lse, mean, weights + j * kQueries, gradients + j * kQueries, drops);
  for (; j < keys; ++j) scoreGradientsOf<1, Drop>(head.places + j, lse, mean, weights + j * kQueries, gradients + j * kQueries, drops);
}

static void attentionBackward(const AttentionBackward& pass, int64_t sample, int64_t headIndex, float* scratch) {
  const AttentionShape& s = pass.shape;
  const Head head(s, scratch);
  const Places at(s, sample, headIndex);
  const float* const mask = pass.mask == nullptr ? nullptr : pass.mask + sample * s.keys;
  rowTerms(pass, head, at);
  float *const scale = head.terms, *const before = scale + kQueries;
  for (int64_t t = 0; t < kQueries; ++t) scale[t] = s.scale, before[t] = 1;

  for (int64_t j = 0; j < s.keys; j += kKeyRows) {
    const int64_t end = std::min(s.keys, j + kKeyRows);
    const int64_t count = packKeys(s, head, j, end, pass.k + at.key, at.stride, pass.v + at.value, at.valueStride, mask);
    std::fill(head.keySums, head.keySums + count * head.depth, 0.0f);
    std::fill(head.valueSums, head.valueSums + count * head.valueDepth, 0.0f);
    forQueries(s, head, count, [&](const QueryTile& tile) {
      packQueries(pass.q + at.query + tile.begin * at.stride, at.stride, tile.rows, s.depth, s.scale * kLog2e, head.queryRows, head.queriesTurned);
      packQueries(pass.dy + at.output + tile.begin * at.valueStride, at.valueStride, tile.rows, s.valueDepth, 1.0f, head.outputRows,
                  head.outputsTurned);
      scoresOf(s, head, tile);
      product<false>(tile.keys, tile.rows, s.valueDepth, head.valueRows, s.valueDepth, head.outputsTurned, kQueries, head.gradients, kQueries,
                     false);
      for (int64_t t = 0; t < tile.rows; t += kLanes) {
        const F lse = V::load(head.largest + tile.begin + t), mean = V::load(head.total + tile.begin + t);
        if (s.rate > 0) {
          Drops drops(s, sample, headIndex, tile.begin + t);
          scoreGradients<true>(head, tile.keys, lse, mean, head.weights + t, head.gradients + t, &drops);
        } else {
          scoreGradients<false>(head, tile.keys, lse, mean, head.weights + t, head.gradients + t, nullptr);
        }
      }
      product<false>(tile.keys, s.valueDepth, tile.rows, head.weights, kQueries, head.outputRows, head.valueDepth, head.valueSums,
                     head.valueDepth, true);
      product<false>(tile.keys, s.depth, tile.rows, head.gradients, kQueries, head.queryRows, head.depth, head.keySums, head.depth, true);
      product<true>(s.depth, tile.rows, tile.keys, head.keyRows, s.depth, head.gradients, kQueries, head.sums, kQueries, false);
      storeTurned(head.sums, tile.rows, s.depth, scale, j == 0 ? nullptr : before, pass.dq + at.query + tile.begin * at.stride, at.stride);
    });
    // The queries carry the factor log2(e).
    const auto write = [&](float* to, int64_t toStride, const float* from, int64_t fromStride, int64_t width, float by) {
      int64_t next = 0;
      for (int64_t row = j; row < end; ++row) {
        const bool counts = next < count && head.places[next] == row;
        for (int64_t c = 0; c < width; c += kLanes)
          storeLanes(to + row * toStride + c, lanesAt(width, c), counts ? V::mul(V::load(from + next * fromStride + c), V::set(by)) : V::zero());
        if (counts) ++next;
      }
    };
    write(pass.dk + at.key, at.stride, head.keySums, head.depth, s.depth, kLn2);
    write(pass.dv + at.value, at.valueStride, head.valueSums, head.valueDepth, s.valueDepth, 1.0f);
  }
}

}  // namespace lamina::LAMINA_ISA

#define LAMINA_ATTENTION_CODE \
  { LAMINA_ISA::attentionScratch, LAMINA_ISA::attentionForward, LAMINA_ISA::attentionBackward }
