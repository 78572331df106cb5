#include "recurrent.h"

#include <algorithm>
#include <cstring>

#include "../simd/level.h"

namespace lamina {
namespace {

/** Most groups of tiles that have gradients of the weights of their own, and floats that these may take in all. */
constexpr int64_t kMostGroups = 16;
constexpr int64_t kMostGradientFloats = int64_t{1} << 26;

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

int64_t packedWeights(const Recurrence& s) { return s.blocks * (s.inputs + s.units) * s.width; }
int64_t packedBias(const Recurrence& s) { return s.blocks * s.width; }
int64_t turnedWeights(const Recurrence& s, int64_t rows) { return ceilDivide(rows, s.width) * s.blocks * s.width * s.width; }
int64_t weightGradient(const Recurrence& s) { return s.blocks * s.weightRows() * s.width; }

int64_t tilesOf(int64_t samples) { return ceilDivide(samples, kTileSequences); }
/** Groups of tiles that are taken back one after the other, into one gradient of the weights. */
int64_t groupsOf(const Recurrence& s, int64_t samples) {
  return std::min({tilesOf(samples), kMostGroups, std::max<int64_t>(2, kMostGradientFloats / weightGradient(s))});
}

void packBias(const Recurrence& s, const float* bias, float* packed) {
  if (bias == nullptr) {
    std::fill(packed, packed + packedBias(s), 0.0f);
    return;
  }
  code().packRows(s, bias, 1, false, 0, 1, packed);
  if (s.cell != Cell::gru || !s.resetAfter) return;
  const float* const recurrent = bias + s.columns();
  for (int64_t block = 0; block < s.blocks; ++block)
    for (int v = 0; v < 3; ++v)
      for (int64_t i = 0; i < s.lanesOf(block, v); ++i) packed[block * s.width + v * s.lanes + i] += recurrent[s.columnOf(block, v, true) + i];
}

/** Copies what a block of the summed gradients [weightRows, width] holds to the gradients of the weights. */
void unpackGradients(const Recurrence& s, int64_t block, const float* packed, const RecurrentGradients& gradients) {
  const int64_t columns = s.columns();
  const auto copy = [&](int64_t row, int v, bool recurrent, float* to) {
    const int64_t column = s.columnOf(block, v, recurrent), count = s.lanesOf(block, v);
    if (column >= 0 && count > 0)
      std::memcpy(to + column, packed + row * s.width + v * s.lanes, static_cast<size_t>(count) * sizeof(float));
  };
  for (int v = 0; v < kBlockVectors; ++v) {
    if (gradients.kernel != nullptr)
      for (int64_t k = 0; k < s.inputs; ++k) copy(k, v, false, gradients.kernel + k * columns);
    if (gradients.recurrent != nullptr)
      for (int64_t k = 0; k < s.units; ++k) copy(s.inputs + k, v, true, gradients.recurrent + k * columns);
    if (gradients.bias == nullptr) continue;
    copy(s.inputs + s.units, v, false, gradients.bias);
    if (s.cell == Cell::gru && s.resetAfter) copy(s.inputs + s.units, v, true, gradients.bias + columns);
  }
}

/** Adds the groups' gradients in a binary tree, each block by itself. */
void joinGradients(const Context& context, const Recurrence& s, float* parts, int64_t groups, const RecurrentGradients& gradients) {
  const int64_t blockFloats = s.weightRows() * s.width, stride = aligned(weightGradient(s));
  parallelFor(context, s.blocks, [&](int64_t block, int) {
    float* const own = parts + block * blockFloats;
    for (int64_t step = 1; step < groups; step *= 2)
      for (int64_t i = 0; i + step < groups; i += 2 * step) {
        float* const into = own + i * stride;
        const float* const from = own + (i + step) * stride;
        for (int64_t e = 0; e < blockFloats; ++e) into[e] += from[e];
      }
    unpackGradients(s, block, own, gradients);
  });
}

}  // namespace

Recurrence recurrenceOf(const CellSettings& settings, int64_t steps, int64_t inputs, int64_t units) {
  Recurrence s{};
  s.cell = settings.cell;
  s.activation = settings.activation;
  s.recurrentActivation = settings.recurrentActivation;
  s.backwards = settings.backwards;
  s.resetAfter = settings.resetAfter;
  s.steps = steps;
  s.inputs = inputs;
  s.units = units;
  s.variants = settings.gatesApart || !settings.resetAfter ? s.gates() : 1;
  s.lanes = code().lanes;
  s.width = kBlockVectors * s.lanes;
  s.blocks = ceilDivide(units, s.cell == Cell::simple ? s.width : s.lanes);
  s.stateStride = ceilDivide(units, s.width) * s.width;
  s.rowStride = aligned(s.weightRows());
  return s;
}

int64_t forwardScratchFloats(const Recurrence& s, int threads) {
  return aligned(packedWeights(s)) + aligned(packedBias(s)) + threads * aligned(forwardTaskFloats(s));
}

void runForward(const Context& context, ForwardPass pass, const RecurrentWeights& weights, int64_t samples, float* scratch) {
  const Recurrence& s = pass.shape;
  float* const packed = scratch;
  float* const bias = packed + aligned(packedWeights(s));
  float* const tasks = bias + aligned(packedBias(s));
  code().packRows(s, weights.kernel, s.inputs, false, 0, s.inputs + s.units, packed);
  code().packRows(s, weights.recurrent, s.units, true, s.inputs, s.inputs + s.units, packed);
  packBias(s, weights.bias, bias);
  pass.weights = packed;
  pass.bias = bias;
  parallelFor(context, tilesOf(samples), [&](int64_t tile, int worker) {
    code().forward(pass, tile * kTileSequences, std::min(samples, (tile + 1) * kTileSequences), tasks + worker * aligned(forwardTaskFloats(s)));
  });
}

int64_t backwardScratchFloats(const Recurrence& s, int64_t samples, int threads) {
  return aligned(turnedWeights(s, s.units)) + aligned(turnedWeights(s, s.inputs)) + groupsOf(s, samples) * aligned(weightGradient(s)) +
         threads * aligned(backwardTaskFloats(s));
}

void runBackward(const Context& context, BackwardPass pass, const RecurrentWeights& weights, const RecurrentGradients& gradients, int64_t samples,
                 float* scratch) {
  const Recurrence& s = pass.shape;
  const int64_t tiles = tilesOf(samples), groups = groupsOf(s, samples);
  const bool wanted = gradients.kernel != nullptr || gradients.recurrent != nullptr || gradients.bias != nullptr;
  float* const recurrent = scratch;
  float* const input = recurrent + aligned(turnedWeights(s, s.units));
  float* const parts = input + aligned(turnedWeights(s, s.inputs));
  float* const tasks = parts + groups * aligned(weightGradient(s));
  for (int64_t block = 0; block < s.blocks; ++block) {
    code().packTurned(s, weights.recurrent, s.units, true, block, recurrent);
    if (gradients.x != nullptr) code().packTurned(s, weights.kernel, s.inputs, false, block, input);
  }
  pass.recurrentWeights = recurrent;
  pass.inputWeights = input;
  pass.dx = gradients.x;
  parallelFor(context, groups, [&](int64_t group, int worker) {
    const int64_t begin = tiles * group / groups, end = tiles * (group + 1) / groups;
    float* const own = wanted ? parts + group * aligned(weightGradient(s)) : nullptr;
    for (int64_t tile = begin; tile < end; ++tile)
      code().backward(pass, tile * kTileSequences, std::min(samples, (tile + 1) * kTileSequences), own, tile == begin,
                      tasks + worker * aligned(backwardTaskFloats(s)));
  });
  if (wanted) joinGradients(context, s, parts, groups, gradients);
}

}  // namespace lamina
