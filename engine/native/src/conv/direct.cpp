#include "direct.h"

#include <algorithm>
#include <cstring>

#include "../simd/level.h"
#include "plan.h"
#include "winograd.h"

namespace lamina {

const ConvCode& convCode() {
  static const ConvCode& chosen = []() -> const ConvCode& {
    switch (simd::level()) {
#if defined(LAMINA_X86)
      case simd::Level::avx512: return convAvx512;
      case simd::Level::avx2: return convAvx2;
#elif defined(LAMINA_NEON)
      case simd::Level::neon: return convNeon;
#endif
      default: return convPlain;
    }
  }();
  return chosen;
}

namespace {

/** Floats of input rows that one task stages: they stay in the second-level cache together with a panel of weights. */
constexpr int64_t kStagedFloats = 32768;
/** Pixels whose contribution to the gradient of the weights is summed in registers. */
constexpr int64_t kPixels = 256;
/** Most parts that samples are cut into, and most floats that the parts' sums may take. */
constexpr int64_t kMostParts = 16;
constexpr int64_t kPartFloats = 1 << 21;
/** Tasks that keep several threads busy. */
constexpr int64_t kTasks = 8;
constexpr int64_t kReduceElements = 8192;

int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t aligned(int64_t floats) { return ceilDivide(floats, kAlignment) * kAlignment; }

/** Rows and pixels of spread, padded input that `rows` rows of output read. */
int64_t stagedRows(const Correlation& s, int64_t rows) { return (rows - 1) * s.strideHeight + (s.kernelHeight - 1) * s.dilationHeight + 1; }
int64_t stagedWidth(const Correlation& s) { return (s.outWidth - 1) * s.strideWidth + (s.kernelWidth - 1) * s.dilationWidth + 1; }

/** Whether patches can be read where they lie. */
bool readsInPlace(const Correlation& s) {
  return s.padTop == 0 && s.padLeft == 0 && s.spreadHeight == 1 && s.spreadWidth == 1 && stagedRows(s, s.outHeight) <= s.inHeight &&
         stagedWidth(s) <= s.inWidth;
}

/** The same correlation with all pixels in one row, where every output pixel reads one input pixel. */
Correlation flattened(Correlation s) {
  const bool pointwise = s.kernelHeight == 1 && s.kernelWidth == 1 && s.strideHeight == 1 && s.strideWidth == 1;
  if (!pointwise || !readsInPlace(s) || s.inHeight != s.outHeight || s.inWidth != s.outWidth || s.outWidth >= 32) return s;
  s.inWidth = s.outWidth = s.outHeight * s.outWidth;
  s.inHeight = s.outHeight = 1;
  return s;
}

/** Output rows of a task. */
int64_t blockRows(const Correlation& s) {
  const int64_t most = std::max<int64_t>(1, kStagedFloats / (stagedWidth(s) * s.inChannels * s.strideHeight));
  return ceilDivide(s.outHeight, ceilDivide(s.outHeight, std::min(most, s.outHeight)));
}

int64_t weightsBlockRows(const Correlation& s) { return std::min(blockRows(s), std::max<int64_t>(1, kPixels / s.outWidth)); }

int64_t stagingFloats(const Correlation& s, int64_t rows) {
  return readsInPlace(s) ? 0 : aligned(stagedRows(s, rows) * stagedWidth(s) * s.inChannels);
}

/** One row of padded, spread input. */
void stageRow(const Correlation& s, const float* x, int64_t position, float* staged) {
  const int64_t width = stagedWidth(s), channels = s.inChannels;
  if (position < 0 || position % s.spreadHeight != 0 || position / s.spreadHeight >= s.inHeight) {
    std::memset(staged, 0, static_cast<size_t>(width * channels) * sizeof(float));
    return;
  }
  const float* row = x + position / s.spreadHeight * s.inWidth * channels;
  if (s.spreadWidth == 1) {
    const int64_t begin = std::clamp<int64_t>(s.padLeft, 0, width);
    const int64_t end = std::clamp<int64_t>(s.padLeft + s.inWidth, begin, width);
    std::fill(staged, staged + begin * channels, 0.0f);
    std::copy(row + (begin - s.padLeft) * channels, row + (end - s.padLeft) * channels, staged + begin * channels);
    std::fill(staged + end * channels, staged + width * channels, 0.0f);
    return;
  }
  for (int64_t pixel = 0; pixel < width; ++pixel, staged += channels) {
    const int64_t from = pixel - s.padLeft;
    if (from < 0 || from % s.spreadWidth != 0 || from / s.spreadWidth >= s.inWidth)
      std::fill(staged, staged + channels, 0.0f);
    else
      std::copy(row + from / s.spreadWidth * channels, row + (from / s.spreadWidth + 1) * channels, staged);
  }
}

/** What output rows [first, first + rows) of a sample read: in place, or staged with zeros around. */
struct Rows {
  const float* data;
  int64_t stride;
};

Rows inputRows(const Correlation& s, const float* x, int64_t first, int64_t rows, float* staged) {
  if (readsInPlace(s)) return {x + first * s.strideHeight * s.inWidth * s.inChannels, s.inWidth * s.inChannels};
  const int64_t stride = stagedWidth(s) * s.inChannels;
  for (int64_t row = 0; row < stagedRows(s, rows); ++row)
    stageRow(s, x, first * s.strideHeight + row - s.padTop, staged + row * stride);
  return {staged, stride};
}

/** Kernel positions as runs of neighbouring floats. */
struct Runs {
  int64_t inner, length;
};

Runs runsOf(const Correlation& s) {
  if (s.groups == 1 && s.dilationWidth == 1) return {1, s.kernelWidth * s.inChannels};
  return {s.kernelWidth, s.groupInputs()};
}

int64_t packedColumns(const Correlation& s) { return ceilDivide(s.groupOutputs(), convCode().lanes) * convCode().lanes; }
int64_t packedFloats(const Correlation& s) { return aligned(s.groups * s.depth() * packedColumns(s)); }
int64_t panelsOf(const Correlation& s) { return ceilDivide(s.groupOutputs(), convCode().columns); }

/** Weights of one kernel position and panel of a group, one vector after the other, zeros behind the last column. */
void packPosition(const Correlation& s, Weights order, const float* w, int64_t group, int64_t panel, int64_t position, float* packed) {
  const int64_t inputs = s.groupInputs(), outputs = s.groupOutputs();
  const int64_t begin = panel * convCode().columns;
  const int64_t count = std::min(convCode().columns, outputs - begin);
  const int64_t width = ceilDivide(count, convCode().lanes) * convCode().lanes;
  float* to = packed + group * s.depth() * packedColumns(s) + s.depth() * begin + position * inputs * width;
  if (order == Weights::forward) {
    const float* from = w + position * inputs * s.outChannels + group * outputs + begin;
    for (int64_t c = 0; c < inputs; ++c, to += width, from += s.outChannels) {
      std::copy(from, from + count, to);
      std::fill(to + count, to + width, 0.0f);
    }
    return;
  }
  const float* from = w + (s.kernelHeight * s.kernelWidth - 1 - position) * outputs * s.inChannels + begin * s.inChannels + group * inputs;
  for (int64_t c = 0; c < inputs; ++c, to += width) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i * s.inChannels + c];
    std::fill(to + count, to + width, 0.0f);
  }
}

}  // namespace

int64_t correlateScratchFloats(const Correlation& given, int threads) {
  if (winogradPays(given)) return winogradScratchFloats(given, threads);
  const Correlation s = flattened(given);
  return packedFloats(s) + threads * stagingFloats(s, blockRows(s));
}

void correlate(const Context& context, const Correlation& given, Weights order, const float* x, const float* w, float* y,
               const Epilogue& epilogue, float* scratch) {
  if (winogradPays(given)) {
    winogradCorrelate(context, given, order, x, w, y, epilogue, scratch);
    return;
  }
  const Correlation s = flattened(given);
  const int64_t positions = s.kernelHeight * s.kernelWidth, panels = panelsOf(s);
  float* const packed = scratch;
  parallelFor(context, s.groups * panels * positions, [&](int64_t task, int) {
    packPosition(s, order, w, task / positions / panels, task / positions % panels, task % positions, packed);
  });

  const int64_t perWorker = stagingFloats(s, blockRows(s));
  const int64_t wanted = ceilDivide(s.outHeight, ceilDivide(kTasks, std::max<int64_t>(context.samples, 1)));
  const int64_t step = std::min(blockRows(s), wanted);
  const int64_t blocks = ceilDivide(s.outHeight, step);
  const Runs runs = runsOf(s);
  const bool relu = epilogue.activation == simd::Activation::relu;
  const bool reluGate = epilogue.gate != nullptr && epilogue.gateActivation == simd::Activation::relu;
  const int64_t yRow = s.outWidth * s.outChannels;
  parallelFor(context, context.samples * blocks, [&](int64_t task, int worker) {
    const int64_t sample = task / blocks, first = task % blocks * step;
    const int64_t rows = std::min(step, s.outHeight - first);
    const Rows input = inputRows(s, x + sample * s.inHeight * s.inWidth * s.inChannels, first, rows,
                                 scratch + packedFloats(s) + worker * perWorker);
    const int64_t at = (sample * s.outHeight + first) * yRow;
    RowsJob job{};
    job.rowStride = input.stride;
    job.pixelStride = s.inChannels;
    job.rows = rows;
    job.width = s.outWidth;
    job.strideHeight = s.strideHeight;
    job.strideWidth = s.strideWidth;
    job.outer = s.kernelHeight;
    job.inner = runs.inner;
    job.depth = runs.length;
    job.outerStride = s.dilationHeight * input.stride;
    job.innerStride = s.dilationWidth * s.inChannels;
    job.columns = s.groupOutputs();
    job.yRow = yRow;
    job.yPixel = s.outChannels;
    job.relu = relu;
    for (int64_t group = 0; group < s.groups; ++group) {
      const int64_t channel = group * s.groupOutputs();
      job.x = input.data + group * s.groupInputs();
      job.packed = packed + group * s.depth() * packedColumns(s);
      job.y = y + at + channel;
      job.bias = epilogue.bias != nullptr ? epilogue.bias + channel : nullptr;
      job.reluGate = reluGate ? epilogue.gate + at + channel : nullptr;
      convCode().rows(job);
    }
    const auto count = static_cast<size_t>(rows * yRow);
    if (epilogue.activation != simd::Activation::linear && !relu)
      simd::activationForward(epilogue.activation, epilogue.alpha, y + at, y + at, count);
    if (epilogue.gate != nullptr && !reluGate)
      simd::activationGradientFromOutput(epilogue.gateActivation, epilogue.gateAlpha, y + at, epilogue.gate + at, y + at, count);
  });
}

namespace {

/** How the gradient of the weights is cut into tasks: parts of the samples, and panels of columns where there are few parts. */
struct Cut {
  int64_t parts, columnParts;
  int64_t weights, perPart;
};

Cut cutOf(const Correlation& s, int64_t samples) {
  Cut cut{std::clamp<int64_t>(samples, 1, kMostParts), 1, s.depth() * s.outChannels, 0};
  cut.perPart = aligned(cut.weights) + aligned(s.outChannels);
  while (cut.parts > 1 && cut.parts * cut.perPart > kPartFloats) cut.parts /= 2;
  cut.columnParts = std::min(s.groups * panelsOf(s), ceilDivide(kTasks, cut.parts));
  return cut;
}

int64_t weightsWorkerFloats(const Correlation& s) {
  const int64_t rows = weightsBlockRows(s);
  return stagingFloats(s, rows) + aligned(rows * s.outWidth * convCode().columns);
}

/** Adds what samples [begin, end) contribute to the weights of the panels [firstPanel, lastPanel). */
void addSamples(const Correlation& s, const float* x, const float* dy, int64_t begin, int64_t end, int64_t firstPanel, int64_t lastPanel,
                float* dw, float* scratch) {
  const int64_t step = weightsBlockRows(s), panels = panelsOf(s), dyRow = s.outWidth * s.outChannels;
  const Runs runs = runsOf(s);
  for (int64_t sample = begin; sample < end; ++sample)
    for (int64_t first = 0; first < s.outHeight; first += step) {
      const int64_t rows = std::min(step, s.outHeight - first);
      const Rows input = inputRows(s, x + sample * s.inHeight * s.inWidth * s.inChannels, first, rows, scratch);
      WeightsJob job{};
      job.rowStride = input.stride;
      job.pixelStride = s.inChannels;
      job.rows = rows;
      job.width = s.outWidth;
      job.strideHeight = s.strideHeight;
      job.strideWidth = s.strideWidth;
      job.outer = s.kernelHeight;
      job.inner = runs.inner;
      job.run = runs.length;
      job.outerStride = s.dilationHeight * input.stride;
      job.innerStride = s.dilationWidth * s.inChannels;
      job.dyRow = dyRow;
      job.dyPixel = s.outChannels;
      job.dwStride = s.outChannels;
      job.packed = scratch + stagingFloats(s, step);
      for (int64_t panel = firstPanel; panel < lastPanel; ++panel) {
        const int64_t group = panel / panels, column = panel % panels * convCode().columns;
        job.x = input.data + group * s.groupInputs();
        job.columns = std::min(convCode().columns, s.groupOutputs() - column);
        const int64_t channel = group * s.groupOutputs() + column;
        job.dy = dy + (sample * s.outHeight + first) * dyRow + channel;
        job.dw = dw + channel;
        convCode().weights(job);
      }
    }
}

}  // namespace

int64_t correlateWeightsScratchFloats(const Correlation& given, int64_t samples, int threads) {
  if (winogradPays(given)) return winogradWeightsScratchFloats(given, samples, threads);
  const Correlation s = flattened(given);
  int64_t most = 0;
  for (int64_t n = 1; n <= std::min(samples, kMostParts); ++n) {
    const Cut cut = cutOf(s, n);
    most = std::max(most, cut.parts * cut.perPart);
  }
  return most + threads * weightsWorkerFloats(s);
}

void correlateWeights(const Context& context, const Correlation& given, const float* x, const float* dy, float* dw, float* db,
                      float* scratch) {
  if (winogradPays(given)) {
    winogradCorrelateWeights(context, given, x, dy, dw, db, scratch);
    return;
  }
  const Correlation s = flattened(given);
  const int64_t samples = context.samples;
  const Cut cut = cutOf(s, samples);
  float* const workers = scratch + cut.parts * cut.perPart;
  const int64_t panels = s.groups * panelsOf(s), pixels = s.outHeight * s.outWidth;
  const int64_t biasAt = aligned(cut.weights);
  parallelFor(context, cut.parts * cut.columnParts, [&](int64_t task, int worker) {
    const int64_t part = task / cut.columnParts, columnPart = task % cut.columnParts;
    const int64_t begin = samples * part / cut.parts, end = samples * (part + 1) / cut.parts;
    const int64_t firstPanel = panels * columnPart / cut.columnParts, lastPanel = panels * (columnPart + 1) / cut.columnParts;
    float* const sums = scratch + part * cut.perPart;
    for (int64_t panel = firstPanel; panel < lastPanel; ++panel) {
      const int64_t column = panel % panelsOf(s) * convCode().columns;
      const int64_t channel = panel / panelsOf(s) * s.groupOutputs() + column;
      const auto bytes = static_cast<size_t>(std::min(convCode().columns, s.groupOutputs() - column)) * sizeof(float);
      for (int64_t row = 0; row < s.depth(); ++row) std::memset(sums + row * s.outChannels + channel, 0, bytes);
    }
    addSamples(s, x, dy, begin, end, firstPanel, lastPanel, sums, workers + worker * weightsWorkerFloats(s));
    if (db != nullptr && columnPart == 0) {
      const auto outputs = static_cast<size_t>(s.outChannels);
      simd::columnSums(dy + begin * pixels * s.outChannels, outputs, sums + biasAt, static_cast<size_t>((end - begin) * pixels), outputs);
    }
  });
  parallelFor(context, ceilDivide(cut.weights, kReduceElements), [&](int64_t tile, int) {
    const int64_t begin = tile * kReduceElements, end = std::min(cut.weights, begin + kReduceElements);
    std::copy(scratch + begin, scratch + end, dw + begin);
    for (int64_t part = 1; part < cut.parts; ++part) {
      const float* sums = scratch + part * cut.perPart;
      for (int64_t i = begin; i < end; ++i) dw[i] += sums[i];
    }
  });
  if (db == nullptr) return;
  std::fill(db, db + s.outChannels, 0.0f);
  for (int64_t part = 0; part < cut.parts; ++part)
    for (int64_t i = 0; i < s.outChannels; ++i) db[i] += scratch[part * cut.perPart + biasAt + i];
}

}  // namespace lamina
