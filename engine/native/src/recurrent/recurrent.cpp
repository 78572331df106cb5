#include "recurrent.h"

#include <algorithm>
#include <cstring>

namespace lamina {
namespace {

const RecurrentCode& code() {
  static const RecurrentCode& chosen = []() -> const RecurrentCode& {
    switch (simd::level()) {
#if defined(LAMINA_X86)
      case simd::Level::avx512: return recurrentAvx512;
      case simd::Level::avx2: return recurrentAvx2;
#elif defined(LAMINA_NEON)
      case simd::Level::neon: return recurrentNeon;
#endif
      default: return recurrentPlain;
    }
  }();
  return chosen;
}

int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t aligned(int64_t floats) { return ceilDivide(floats, kAlignment) * kAlignment; }

/** Numbers of the recurrent weights for each unit and row: 4, 3 or 1. */
int64_t weightGates(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

int64_t blockFloats() { return kBlockVectors * code().lanes; }
int64_t forwardBlocks(const Recurrence& s) { return ceilDivide(s.units, s.cell == Cell::simple ? blockFloats() : code().lanes); }
int64_t packedForward(const Recurrence& s) { return forwardBlocks(s) * (s.inputs + s.units) * blockFloats(); }
int64_t packedBias(const Recurrence& s) { return forwardBlocks(s) * blockFloats(); }
int64_t packedBackward(const Recurrence& s) { return s.stateStride * weightGates(s.cell) * s.units; }
int64_t taskFloats(const Recurrence& s) { return kTileSequences * (3 * s.stateStride + aligned(s.sums)); }

/** First unit of vector v of a block. */
int64_t unitOf(const Recurrence& s, int64_t block, int v) {
  return s.cell == Cell::simple ? (block * kBlockVectors + v) * code().lanes : block * code().lanes;
}

/** Column of a weight matrix [., G U] that vector v holds for `unit`, or -1: the input and the recurrent part of a GRU's candidate are apart. */
int64_t columnOf(const Recurrence& s, int v, int64_t unit, bool recurrent) {
  if (s.cell == Cell::simple) return unit;
  if (s.cell == Cell::lstm || v < 2) return v * s.units + unit;
  return v == (recurrent ? 3 : 2) ? 2 * s.units + unit : -1;
}

/** One row of the packed weights: kBlockVectors vectors from a row of `from`, zeros where there is nothing. */
void packRow(const Recurrence& s, const float* from, bool recurrent, int64_t block, float* packed) {
  const int64_t lanes = code().lanes;
  for (int v = 0; v < kBlockVectors; ++v, packed += lanes) {
    const int64_t unit = unitOf(s, block, v);
    const int64_t column = columnOf(s, v, unit, recurrent);
    const int64_t count = column < 0 ? 0 : std::clamp<int64_t>(s.units - unit, 0, lanes);
    if (count > 0) std::memcpy(packed, from + column, static_cast<size_t>(count) * sizeof(float));
    std::fill(packed + count, packed + lanes, 0.0f);
  }
}

void packForward(const Recurrence& s, const RecurrentWeights& w, float* weights, float* bias) {
  const int64_t columns = weightGates(s.cell) * s.units;
  for (int64_t block = 0; block < forwardBlocks(s); ++block) {
    for (int64_t k = 0; k < s.inputs; ++k, weights += blockFloats()) packRow(s, w.kernel + k * columns, false, block, weights);
    for (int64_t k = 0; k < s.units; ++k, weights += blockFloats()) packRow(s, w.recurrent + k * columns, true, block, weights);
    float* const own = bias + block * blockFloats();
    if (w.bias == nullptr) {
      std::fill(own, own + blockFloats(), 0.0f);
      continue;
    }
    packRow(s, w.bias, false, block, own);
    if (s.cell != Cell::gru) continue;
    const int64_t lanes = code().lanes;
    const int64_t unit = unitOf(s, block, 0), count = std::min(lanes, s.units - unit);
    const float* recurrent = w.bias + columns;
    for (int64_t i = 0; i < count; ++i) {
      own[i] += recurrent[unit + i];
      own[lanes + i] += recurrent[s.units + unit + i];
      own[3 * lanes + i] = recurrent[2 * s.units + unit + i];
    }
  }
}

/** [block][k][kBlockVectors][lanes]: column k of the recurrent weights, four vectors of units at a time. */
void packBackward(const Recurrence& s, const float* recurrent, float* packed) {
  const int64_t depth = weightGates(s.cell) * s.units, width = blockFloats();
  for (int64_t first = 0; first < s.stateStride; first += width, packed += depth * width)
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t i = 0; i < width; ++i) packed[k * width + i] = first + i < s.units ? recurrent[(first + i) * depth + k] : 0.0f;
}

/** Calls body(begin, end, scratch of the task) for each tile of sequences. */
template <class Body> void forTiles(const Context& context, const Recurrence& s, int64_t samples, float* scratch, const Body& body) {
  parallelFor(context, ceilDivide(samples, kTileSequences), [&](int64_t tile, int worker) {
    body(tile * kTileSequences, std::min(samples, (tile + 1) * kTileSequences), scratch + worker * taskFloats(s));
  });
}

/** Sums over all rows of the gradients of the sums, as [U], [4 U] or a GRU's [2, 3 U]. */
void biasGradient(const Context& context, const Recurrence& s, const float* dsums, int64_t rows, float* sums, float* bias) {
  constexpr int64_t kColumns = 64;
  parallelFor(context, ceilDivide(s.sums, kColumns), [&](int64_t tile, int) {
    const int64_t begin = tile * kColumns, count = std::min(kColumns, s.sums - begin);
    simd::columnSums(dsums + begin, static_cast<size_t>(s.sums), sums + begin, static_cast<size_t>(rows), static_cast<size_t>(count));
  });
  if (s.cell != Cell::gru) {
    std::copy(sums, sums + s.sums, bias);
    return;
  }
  const int64_t units = s.units;
  std::copy(sums, sums + 2 * units, bias);
  std::copy(sums + 3 * units, sums + 4 * units, bias + 2 * units);
  std::copy(sums, sums + 3 * units, bias + 3 * units);
}

}  // namespace

Recurrence recurrenceOf(Cell cell, CellActivation activation, bool backwards, int64_t steps, int64_t inputs, int64_t units) {
  Recurrence s{cell, activation, backwards, steps, inputs, units, 0, 0, 0};
  s.stateStride = ceilDivide(units, blockFloats()) * blockFloats();
  s.gates = cell == Cell::simple ? 0 : 4;
  s.sums = cell == Cell::simple ? units : 4 * units;
  return s;
}

int64_t forwardScratchFloats(const Recurrence& s, int threads) {
  return aligned(packedForward(s)) + aligned(packedBias(s)) + threads * taskFloats(s);
}

void runForward(const Context& context, ForwardPass pass, const RecurrentWeights& weights, int64_t samples, float* scratch) {
  const Recurrence& s = pass.shape;
  float* const packed = scratch;
  float* const bias = packed + aligned(packedForward(s));
  packForward(s, weights, packed, bias);
  pass.weights = packed;
  pass.bias = bias;
  forTiles(context, s, samples, bias + aligned(packedBias(s)),
           [&](int64_t begin, int64_t end, float* task) { code().forward(pass, begin, end, task); });
}

int64_t backwardScratchFloats(const Recurrence& s, int64_t samples, int threads) {
  const int64_t rows = samples * s.steps;
  const int64_t columns = weightGates(s.cell) * s.units;
  const int64_t products = std::max({gemmScratchFloats(s.inputs, columns, rows, threads), gemmScratchFloats(s.units, columns, rows, threads),
                                     gemmScratchFloats(rows, s.inputs, columns, threads)});
  return aligned(packedBackward(s)) + aligned(rows * s.sums) + aligned(rows * s.units) + aligned(s.sums) +
         std::max(threads * taskFloats(s), products);
}

void runBackward(const Context& context, BackwardPass pass, const float* x, const RecurrentWeights& weights, const RecurrentGradients& gradients,
                 int64_t samples, float* scratch) {
  const Recurrence& s = pass.shape;
  const int64_t rows = samples * s.steps, columns = weightGates(s.cell) * s.units, units = s.units;
  float* const packed = scratch;
  float* const dsums = packed + aligned(packedBackward(s));
  float* const before = dsums + aligned(rows * s.sums);
  float* const sums = before + aligned(rows * units);
  float* const rest = sums + aligned(s.sums);
  packBackward(s, weights.recurrent, packed);
  pass.weights = packed;
  pass.depth = columns;
  pass.dsums = dsums;
  pass.before = before;
  forTiles(context, s, samples, rest, [&](int64_t begin, int64_t end, float* task) { code().backward(pass, begin, end, task); });

  // A GRU's candidate has one gradient for the recurrent sum and one for the input's, which follows it; all others are shared.
  const bool apart = s.cell == Cell::gru;
  const int64_t shared = apart ? 2 * units : columns;
  const float* const candidate = dsums + 3 * units;
  if (gradients.recurrent != nullptr)
    gemm(context, units, columns, rows, {before, units, true}, {dsums, s.sums, false}, gradients.recurrent, columns, {}, rest);
  if (gradients.kernel != nullptr) {
    gemm(context, s.inputs, shared, rows, {x, s.inputs, true}, {dsums, s.sums, false}, gradients.kernel, columns, {}, rest);
    if (apart)
      gemm(context, s.inputs, units, rows, {x, s.inputs, true}, {candidate, s.sums, false}, gradients.kernel + 2 * units, columns, {}, rest);
  }
  if (gradients.x != nullptr) {
    gemm(context, rows, s.inputs, shared, {dsums, s.sums, false}, {weights.kernel, columns, true}, gradients.x, s.inputs, {}, rest);
    Epilogue added;
    added.accumulate = true;
    if (apart)
      gemm(context, rows, s.inputs, units, {candidate, s.sums, false}, {weights.kernel + 2 * units, columns, true}, gradients.x, s.inputs, added,
           rest);
  }
  if (gradients.bias != nullptr) biasGradient(context, s, dsums, rows, sums, gradients.bias);
}

}  // namespace lamina
