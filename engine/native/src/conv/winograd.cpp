#include "winograd.h"

#include <algorithm>

#include "plan.h"

namespace lamina {
namespace {

/** Floats of a strip's transformed inputs: they stay in the second-level cache together with a panel of products. */
constexpr int64_t kStripFloats = 65536;
constexpr int64_t kLeastTiles = 14;
constexpr int64_t kMostTiles = 56;
/** Parts of the samples whose gradients are summed apart, and most floats that the parts' sums may take. */
constexpr int64_t kMostParts = 16;
constexpr int64_t kPartFloats = 1 << 21;
/** Tasks that keep several threads busy. */
constexpr int64_t kTasks = 8;
constexpr int64_t kReduceElements = 8192;

int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t aligned(int64_t floats) { return ceilDivide(floats, kAlignment) * kAlignment; }
int64_t wholeVectors(int64_t channels) { return ceilDivide(channels, convCode().lanes) * convCode().lanes; }

WinogradShape shapeOf(const Correlation& s) {
  return {s.inHeight, s.inWidth, s.inChannels, s.outHeight, s.outWidth, s.outChannels, s.padTop, s.padLeft,
          ceilDivide(s.outHeight, kWinogradOutput), ceilDivide(s.outWidth, kWinogradOutput)};
}

int64_t tilesOf(const WinogradShape& s) { return s.tilesHigh * s.tilesWide; }

int64_t mostTiles(const WinogradShape& s) {
  return std::clamp(kStripFloats / (kWinogradPositions * wholeVectors(s.inChannels)), kLeastTiles, kMostTiles);
}

/** Floats of all weights at all positions: panels one after the other. */
int64_t positionFloats(const WinogradShape& s) {
  int64_t floats = 0;
  for (int64_t k = 0; k < s.outChannels; k += convCode().columns)
    floats += kWinogradPositions * winogradStride(s.inChannels, wholeVectors(std::min(convCode().columns, s.outChannels - k)));
  return floats;
}

int64_t stripFloats(const WinogradShape& s) {
  const int64_t tiles = mostTiles(s), width = std::min(convCode().columns, wholeVectors(s.outChannels));
  return kWinogradPositions * (winogradStride(tiles, wholeVectors(s.inChannels)) + winogradStride(tiles, width));
}

int64_t perPartFloats(const WinogradShape& s) { return aligned(9 * s.inChannels * s.outChannels) + aligned(s.outChannels); }

int64_t partsOf(const WinogradShape& s, int64_t samples) {
  return std::clamp<int64_t>(std::min(samples, kPartFloats / perPartFloats(s)), 1, kMostParts);
}

}  // namespace

bool winogradPays(const Correlation& s) {
  const bool possible = s.kernelHeight == 3 && s.kernelWidth == 3 && s.strideHeight == 1 && s.strideWidth == 1 && s.dilationHeight == 1 &&
                        s.dilationWidth == 1 && s.spreadHeight == 1 && s.spreadWidth == 1 && s.groups == 1 &&
                        std::max(s.inChannels, s.outChannels) <= kWinogradMostChannels;
  if (!possible) return false;
  const WinogradShape shape = shapeOf(s);
  const int64_t inVectors = ceilDivide(s.inChannels, convCode().lanes), outVectors = ceilDivide(s.outChannels, convCode().lanes);
  const int64_t direct = 9 * s.outHeight * s.outWidth * s.inChannels * outVectors;
  const int64_t tiles = tilesOf(shape) * (kWinogradPositions * s.inChannels * outVectors + 250 * inVectors + 250 * outVectors);
  return 5 * tiles < 4 * direct;
}

int64_t winogradScratchFloats(const Correlation& given, int threads) {
  const WinogradShape s = shapeOf(given);
  return positionFloats(s) + threads * stripFloats(s);
}

void winogradCorrelate(const Context& context, const Correlation& given, Weights order, const float* x, const float* w, float* y,
                       const Epilogue& epilogue, float* scratch) {
  const WinogradShape s = shapeOf(given);
  const ConvCode& code = convCode();
  const int64_t panels = ceilDivide(s.outChannels, code.columns), blocks = ceilDivide(s.inChannels, code.lanes);
  const int64_t panelFloats = kWinogradPositions * winogradStride(s.inChannels, code.columns);
  parallelFor(context, panels * blocks, [&](int64_t task, int) {
    const int64_t panel = task / blocks, first = task % blocks * code.lanes;
    code.winogradPack(s, order == Weights::turned, w, panel * code.columns, first, std::min(s.inChannels, first + code.lanes),
                      scratch + panel * panelFloats);
  });

  const int64_t tiles = context.samples * tilesOf(s);
  const int64_t strips = std::min(tiles, std::max(kTasks, ceilDivide(tiles, mostTiles(s))));
  const bool relu = epilogue.activation == simd::Activation::relu;
  const bool reluGate = epilogue.gate != nullptr && epilogue.gateActivation == simd::Activation::relu;
  float* const workers = scratch + positionFloats(s);
  parallelFor(context, strips, [&](int64_t task, int worker) {
    WinogradStrip job{};
    job.shape = s;
    job.first = tiles * task / strips;
    job.count = tiles * (task + 1) / strips - job.first;
    job.next = std::min(job.count, tiles - job.first - job.count);
    job.x = x;
    job.weights = scratch;
    job.y = y;
    job.bias = epilogue.bias;
    job.relu = relu;
    job.reluGate = reluGate ? epilogue.gate : nullptr;
    job.scratch = workers + worker * stripFloats(s);
    code.winogradStrip(job);
  });

  const bool activation = epilogue.activation != simd::Activation::linear && !relu;
  const bool gate = epilogue.gate != nullptr && !reluGate;
  if (!activation && !gate) return;
  const int64_t row = s.outWidth * s.outChannels;
  parallelFor(context, context.samples * s.outHeight, [&](int64_t task, int) {
    float* const line = y + task * row;
    const auto count = static_cast<size_t>(row);
    if (activation) simd::activationForward(epilogue.activation, epilogue.alpha, line, line, count);
    if (gate) simd::activationGradientFromOutput(epilogue.gateActivation, epilogue.gateAlpha, line, epilogue.gate + task * row, line, count);
  });
}

int64_t winogradWeightsScratchFloats(const Correlation& given, int64_t samples, int threads) {
  const WinogradShape s = shapeOf(given);
  return partsOf(s, samples) * perPartFloats(s) + threads * (stripFloats(s) + positionFloats(s));
}

void winogradCorrelateWeights(const Context& context, const Correlation& given, const float* x, const float* dy, float* dw, float* db,
                              float* scratch) {
  const WinogradShape s = shapeOf(given);
  const ConvCode& code = convCode();
  const int64_t samples = context.samples, parts = partsOf(s, samples), perPart = perPartFloats(s);
  const int64_t weights = 9 * s.inChannels * s.outChannels, pixels = s.outHeight * s.outWidth;
  const int64_t positions = positionFloats(s), perWorker = stripFloats(s) + positions;
  float* const workers = scratch + parts * perPart;
  parallelFor(context, parts, [&](int64_t part, int worker) {
    const int64_t begin = samples * part / parts, end = samples * (part + 1) / parts;
    const int64_t first = begin * tilesOf(s), tiles = (end - begin) * tilesOf(s);
    const int64_t strips = ceilDivide(tiles, mostTiles(s));
    float* const result = scratch + part * perPart;
    WinogradStrip job{};
    job.shape = s;
    job.x = x;
    job.dy = dy;
    job.sums = workers + worker * perWorker;
    job.scratch = job.sums + positions;
    std::fill(job.sums, job.sums + positions, 0.0f);
    for (int64_t strip = 0; strip < strips; ++strip) {
      job.first = first + tiles * strip / strips;
      job.count = first + tiles * (strip + 1) / strips - job.first;
      job.next = std::min(job.count, first + tiles - job.first - job.count);
      code.winogradAdd(job);
    }
    code.winogradUnpack(s, job.sums, result);
    if (db == nullptr) return;
    const auto outputs = static_cast<size_t>(s.outChannels);
    simd::columnSums(dy + begin * pixels * s.outChannels, outputs, result + aligned(weights), static_cast<size_t>((end - begin) * pixels), outputs);
  });
  parallelFor(context, ceilDivide(weights, kReduceElements), [&](int64_t tile, int) {
    const int64_t begin = tile * kReduceElements, end = std::min(weights, begin + kReduceElements);
    std::copy(scratch + begin, scratch + end, dw + begin);
    for (int64_t part = 1; part < parts; ++part) {
      const float* sums = scratch + part * perPart;
      for (int64_t i = begin; i < end; ++i) dw[i] += sums[i];
    }
  });
  if (db == nullptr) return;
  std::fill(db, db + s.outChannels, 0.0f);
  for (int64_t part = 0; part < parts; ++part)
    for (int64_t i = 0; i < s.outChannels; ++i) db[i] += scratch[part * perPart + aligned(weights) + i];
}

}  // namespace lamina
