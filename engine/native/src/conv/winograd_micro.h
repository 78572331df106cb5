/**
 * Winograd's minimal filtering F(4x4, 3x3) for the instruction set opened by a vec_<isa>.h; needs micro.h, defines LAMINA_CONV_CODE. A tile of 4 x 4 outputs is made
 * from 6 x 6 inputs with 36 products a pair of channels in place of 144: y = A' [(G g G') (B' d B)] A, with the product in the middle taken
 * element by element and summed over channels, so that it is 36 matrix products. The gradient of g is the transposed computation.
 *
 * Lavin and Gray (2016), "Fast algorithms for convolutional neural networks", with the interpolation points 0, +-5/8, +-3/2 and infinity
 * in place of 0, +-1, +-2: all constants but the weights' are exact and the error is half as large.
 */
namespace lamina::LAMINA_ISA {

namespace conv {

constexpr int kIn = kWinogradInput, kOut = kWinogradOutput, kPositions = kWinogradPositions;

constexpr double kA = 0.625, kB = 1.5;
constexpr double kA2 = kA * kA, kB2 = kB * kB;
/** What the rows of G are divided by. */
constexpr double kN0 = kA2 * kB2, kNa = 2 * kA2 * (kA2 - kB2), kNb = 2 * kB2 * (kB2 - kA2);

LAMINA_INLINE F constant(double value) { return V::set(static_cast<float>(value)); }

/** to = B' from: six inputs to values at the six points. */
LAMINA_INLINE void inputPoints(const F (&from)[kIn], F (&to)[kIn]) {
  const F a = constant(kA), b = constant(kB), a2 = constant(kA2), b2 = constant(kB2), sum = constant(kA2 + kB2), product = constant(kA2 * kB2);
  to[0] = V::fma(product, from[0], V::fnma(sum, from[2], from[4]));
  to[5] = V::fma(product, from[1], V::fnma(sum, from[3], from[5]));
  const F evenA = V::fnma(b2, from[2], from[4]), oddA = V::fnma(b2, from[1], from[3]);
  const F evenB = V::fnma(a2, from[2], from[4]), oddB = V::fnma(a2, from[1], from[3]);
  to[1] = V::fma(a, oddA, evenA);
  to[2] = V::fnma(a, oddA, evenA);
  to[3] = V::fma(b, oddB, evenB);
  to[4] = V::fnma(b, oddB, evenB);
}

/** to = A' from: six points to four outputs. */
LAMINA_INLINE void outputs(const F (&from)[kIn], F (&to)[kOut]) {
  const F evenA = V::add(from[1], from[2]), oddA = V::sub(from[1], from[2]);
  const F evenB = V::add(from[3], from[4]), oddB = V::sub(from[3], from[4]);
  to[0] = V::add(from[0], V::add(evenA, evenB));
  to[1] = V::fma(constant(kA), oddA, V::mul(constant(kB), oddB));
  to[2] = V::fma(constant(kA2), evenA, V::mul(constant(kB2), evenB));
  to[3] = V::add(V::fma(constant(kA2 * kA), oddA, V::mul(constant(kB2 * kB), oddB)), from[5]);
}

/** to = A from: four gradients of outputs to six points. */
LAMINA_INLINE void outputPoints(const F (&from)[kOut], F (&to)[kIn]) {
  const F a2 = constant(kA2), b2 = constant(kB2), a = constant(kA), b = constant(kB);
  const F evenA = V::fma(a2, from[2], from[0]), oddA = V::fma(a2, from[3], from[1]);
  const F evenB = V::fma(b2, from[2], from[0]), oddB = V::fma(b2, from[3], from[1]);
  to[0] = from[0];
  to[1] = V::fma(a, oddA, evenA);
  to[2] = V::fnma(a, oddA, evenA);
  to[3] = V::fma(b, oddB, evenB);
  to[4] = V::fnma(b, oddB, evenB);
  to[5] = from[3];
}

/** to = G from: three weights to six points. */
LAMINA_INLINE void weightPoints(const F (&from)[3], F (&to)[kIn]) {
  to[0] = V::mul(constant(1 / kN0), from[0]);
  const F evenA = V::fma(constant(kA2 / kNa), from[2], V::mul(constant(1 / kNa), from[0])), oddA = V::mul(constant(kA / kNa), from[1]);
  const F evenB = V::fma(constant(kB2 / kNb), from[2], V::mul(constant(1 / kNb), from[0])), oddB = V::mul(constant(kB / kNb), from[1]);
  to[1] = V::add(evenA, oddA);
  to[2] = V::sub(evenA, oddA);
  to[3] = V::add(evenB, oddB);
  to[4] = V::sub(evenB, oddB);
  to[5] = from[2];
}

/** to = G' from: gradients at six points to gradients of three weights. */
LAMINA_INLINE void weightGradients(const F (&from)[kIn], F (&to)[3]) {
  const F evenA = V::add(from[1], from[2]), oddA = V::sub(from[1], from[2]);
  const F evenB = V::add(from[3], from[4]), oddB = V::sub(from[3], from[4]);
  to[0] = V::fma(constant(1 / kN0), from[0], V::fma(constant(1 / kNa), evenA, V::mul(constant(1 / kNb), evenB)));
  to[1] = V::fma(constant(kA / kNa), oddA, V::mul(constant(kB / kNb), oddB));
  to[2] = V::add(V::fma(constant(kA2 / kNa), evenA, V::mul(constant(kB2 / kNb), evenB)), from[5]);
}

/** Applies `line` along the columns, then along the rows of a square block: to = line(line(from)'), row by row. */
template <int From, int To, class Load, class Line, class Store> LAMINA_INLINE void bothWays(const Load& load, const Line& line, const Store& store) {
  F half[To][From];
  LAMINA_UNROLL for (int j = 0; j < From; ++j) {
    F column[From], turned[To];
    LAMINA_UNROLL for (int i = 0; i < From; ++i) column[i] = load(i, j);
    line(column, turned);
    LAMINA_UNROLL for (int i = 0; i < To; ++i) half[i][j] = turned[i];
  }
  LAMINA_UNROLL for (int i = 0; i < To; ++i) {
    F row[To];
    line(half[i], row);
    LAMINA_UNROLL for (int j = 0; j < To; ++j) store(i, j, row[j]);
  }
}

/** Where tile `index` of all tiles of all samples lies. */
struct Place {
  int64_t sample, top, left;
};

LAMINA_INLINE Place placeOf(const WinogradShape& shape, int64_t index) {
  const int64_t column = index % shape.tilesWide, row = index / shape.tilesWide % shape.tilesHigh;
  return {index / shape.tilesWide / shape.tilesHigh, row * kOut, column * kOut};
}

/** Pointers to the first channel of Size x Size pixels from (top, left); those outside of the image read zeros. */
template <int Size> struct Window {
  const float* pixel[Size][Size];

  Window(const float* image, int64_t height, int64_t width, int64_t channels, int64_t top, int64_t left) {
    static const float zeros[kWinogradMostChannels] = {};
    for (int i = 0; i < Size; ++i) {
      const bool inside = top + i >= 0 && top + i < height;
      for (int j = 0; j < Size; ++j)
        pixel[i][j] = inside && left + j >= 0 && left + j < width ? image + ((top + i) * width + left + j) * channels : zeros;
    }
  }
};

/** points[position][tile][channel] = B' d B of the tiles [first, first + count) of x. */
static void transformInput(const WinogradShape& s, const float* x, int64_t first, int64_t count, float* points, int64_t stride) {
  const int64_t width = (s.inChannels + kLanes - 1) / kLanes * kLanes;
  for (int64_t t = 0; t < count; ++t) {
    const Place place = placeOf(s, first + t);
    const Window<kIn> window(x + place.sample * s.inHeight * s.inWidth * s.inChannels, s.inHeight, s.inWidth, s.inChannels,
                             place.top - s.padTop, place.left - s.padLeft);
    for (int64_t c = 0; c < s.inChannels; c += kLanes) {
      const auto lanes = static_cast<size_t>(s.inChannels - c < kLanes ? s.inChannels - c : kLanes);
      float* to = points + t * width + c;
      bothWays<kIn, kIn>([&](int i, int j) { return loadLanes(window.pixel[i][j] + c, lanes); }, inputPoints,
                         [&](int i, int j, F value) { V::store(to + (i * kIn + j) * stride, value); });
    }
  }
}

/** points[position][tile][channel] = A dy A' of `columns` channels of dy. */
static void transformGradient(const WinogradShape& s, const float* dy, int64_t first, int64_t count, int64_t columns, float* points,
                              int64_t stride) {
  const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
  for (int64_t t = 0; t < count; ++t) {
    const Place place = placeOf(s, first + t);
    const Window<kOut> window(dy + place.sample * s.outHeight * s.outWidth * s.outChannels, s.outHeight, s.outWidth, s.outChannels, place.top,
                              place.left);
    for (int64_t c = 0; c < columns; c += kLanes) {
      const auto lanes = static_cast<size_t>(columns - c < kLanes ? columns - c : kLanes);
      float* to = points + t * width + c;
      bothWays<kOut, kIn>([&](int i, int j) { return loadLanes(window.pixel[i][j] + c, lanes); }, outputPoints,
                          [&](int i, int j, F value) { V::store(to + (i * kIn + j) * stride, value); });
    }
  }
}

/** y = epilogue(A' m A) of `columns` channels from points[position][tile][channel]. */
static void transformOutput(const WinogradStrip& job, int64_t column, int64_t columns, const float* points, int64_t stride) {
  const WinogradShape& s = job.shape;
  const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
  for (int64_t t = 0; t < job.count; ++t) {
    const Place place = placeOf(s, job.first + t);
    const int64_t rows = s.outHeight - place.top, pixels = s.outWidth - place.left;
    const int64_t corner = ((place.sample * s.outHeight + place.top) * s.outWidth + place.left) * s.outChannels + column;
    for (int64_t c = 0; c < columns; c += kLanes) {
      const auto lanes = static_cast<size_t>(columns - c < kLanes ? columns - c : kLanes);
      const float* from = points + t * width + c;
      const F bias = job.bias != nullptr ? loadLanes(job.bias + column + c, lanes) : V::zero();
      bothWays<kIn, kOut>([&](int i, int j) { return V::load(from + (i * kIn + j) * stride); }, outputs,
                          [&](int i, int j, F value) {
                            if (i >= rows || j >= pixels) return;
                            const int64_t at = corner + (i * s.outWidth + j) * s.outChannels + c;
                            value = V::add(value, bias);
                            if (job.relu) value = V::select(V::lessEqual(value, V::zero()), V::zero(), value);
                            if (job.reluGate != nullptr) {
                              const F gate = loadLanes(job.reluGate + at, lanes);
                              value = V::mul(value, V::select(V::lessEqual(gate, V::zero()), V::zero(), V::set(1.0f)));
                            }
                            storeLanes(job.y + at, lanes, value);
                          });
    }
  }
}

/** Memory that is fetched into the second-level cache while the products, which need little of it, are computed. */
class Ahead {
 public:
  /** Adds the rows of images [height, width, channels] that tiles [first, first + count) cover. */
  void add(const WinogradShape& s, const float* images, int64_t height, int64_t width, int64_t channels, int64_t first, int64_t count) {
    const Place begin = placeOf(s, first), end = placeOf(s, first + count - 1);
    const auto rowOf = [=](const Place& place, int64_t more) {
      const int64_t row = place.top + more;
      return place.sample * height + (row < height ? row : height);
    };
    const float* const from = images + rowOf(begin, 0) * width * channels;
    const float* const to = images + rowOf(end, kOut) * width * channels;
    if (ranges_ < kMost && from < to) next_[ranges_] = from, end_[ranges_++] = to;
  }

  /** Spreads what is left over `steps` further steps, this one included. */
  LAMINA_INLINE void step(int64_t steps) {
    for (int r = 0; r < ranges_; ++r) {
      const float* const until = next_[r] + (end_[r] - next_[r]) / steps;
      for (; next_[r] < until; next_[r] += 16) LAMINA_PREFETCH(next_[r]);
    }
  }

 private:
  static constexpr int kMost = 3;
  int ranges_ = 0;
  const float* next_[kMost] = {};
  const float* end_[kMost] = {};
};

/** c [position][rows][columns] (+)= a [position] b [position]; with ByColumns, a is read turned. */
template <bool ByColumns>
static void multiplyPositions(int64_t rows, int64_t columns, int64_t depth, const float* a, int64_t aWidth, int64_t aStride, const float* b,
                              int64_t bStride, float* c, int64_t cStride, bool accumulate, Ahead& ahead, int64_t panelsLeft) {
  const int64_t vectors = (columns + kLanes - 1) / kLanes;
  const int64_t tiles = (rows + kRows - 1) / kRows;
  Tile tile{};
  tile.outer = tile.inner = 1;
  tile.depth = depth;
  tile.aStride = aWidth;
  tile.cStride = tile.columns = vectors * kLanes;
  tile.accumulate = accumulate;
  for (int position = 0; position < kPositions; ++position) {
    tile.b = b + position * bStride;
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t first = rows * t / tiles, count = rows * (t + 1) / tiles - first;
      tile.a = a + position * aStride + (ByColumns ? first : first * aWidth);
      tile.c = c + position * cStride + first * tile.cStride;
      ahead.step(panelsLeft * kPositions * tiles - position * tiles - t);
      choose<ByColumns>(count, vectors)(tile);
    }
  }
}

static void winogradStrip(const WinogradStrip& job) {
  const WinogradShape& s = job.shape;
  const int64_t inWidth = (s.inChannels + kLanes - 1) / kLanes * kLanes;
  const int64_t inStride = winogradStride(job.count, inWidth);
  const int64_t panels = (s.outChannels + kColumns - 1) / kColumns;
  float* const points = job.scratch;
  float* const products = points + kPositions * inStride;
  transformInput(s, job.x, job.first, job.count, points, inStride);
  const float* weights = job.weights;
  Ahead ahead;
  ahead.add(s, job.y, s.outHeight, s.outWidth, s.outChannels, job.first, job.count);
  if (job.reluGate != nullptr) ahead.add(s, job.reluGate, s.outHeight, s.outWidth, s.outChannels, job.first, job.count);
  if (job.next > 0) ahead.add(s, job.x, s.inHeight, s.inWidth, s.inChannels, job.first + job.count, job.next);
  for (int64_t k = 0; k < s.outChannels; k += kColumns) {
    const int64_t columns = s.outChannels - k < kColumns ? s.outChannels - k : kColumns;
    const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
    const int64_t weightStride = winogradStride(s.inChannels, width), outStride = winogradStride(job.count, width);
    multiplyPositions<false>(job.count, columns, s.inChannels, points, inWidth, inStride, weights, weightStride, products, outStride, false,
                             ahead, panels - k / kColumns);
    transformOutput(job, k, columns, products, outStride);
    weights += kPositions * weightStride;
  }
}

static void winogradAdd(const WinogradStrip& job) {
  const WinogradShape& s = job.shape;
  const int64_t inWidth = (s.inChannels + kLanes - 1) / kLanes * kLanes;
  const int64_t inStride = winogradStride(job.count, inWidth);
  const int64_t panels = (s.outChannels + kColumns - 1) / kColumns;
  float* const points = job.scratch;
  float* const gradients = points + kPositions * inStride;
  transformInput(s, job.x, job.first, job.count, points, inStride);
  float* sums = job.sums;
  Ahead ahead;
  if (job.next > 0) {
    ahead.add(s, job.x, s.inHeight, s.inWidth, s.inChannels, job.first + job.count, job.next);
    ahead.add(s, job.dy, s.outHeight, s.outWidth, s.outChannels, job.first + job.count, job.next);
  }
  for (int64_t k = 0; k < s.outChannels; k += kColumns) {
    const int64_t columns = s.outChannels - k < kColumns ? s.outChannels - k : kColumns;
    const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
    const int64_t sumStride = winogradStride(s.inChannels, width), outStride = winogradStride(job.count, width);
    transformGradient(s, job.dy + k, job.first, job.count, columns, gradients, outStride);
    multiplyPositions<true>(s.inChannels, columns, job.count, points, inWidth, inStride, gradients, outStride, sums, sumStride, true,
                            ahead, panels - k / kColumns);
    sums += kPositions * sumStride;
  }
}

/** Weights of the input channels [first, end) and a panel of outputs from column k, at all positions. */
static void winogradPack(const WinogradShape& s, bool turned, const float* w, int64_t k, int64_t first, int64_t end, float* packed) {
  const int64_t columns = s.outChannels - k < kColumns ? s.outChannels - k : kColumns;
  const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
  const int64_t stride = winogradStride(s.inChannels, width), area = s.inChannels * s.outChannels;
  for (int64_t v = 0; v < columns; v += kLanes) {
    const auto lanes = static_cast<size_t>(columns - v < kLanes ? columns - v : kLanes);
    for (int64_t block = first; block < end; block += kLanes) {
      const int64_t count = end - block < kLanes ? end - block : kLanes;
      // Turned weights [3, 3, outputs, inputs] are transposed lanes x lanes at a time.
      float lines[9][kLanes * kLanes];
      for (int position = 0; turned && position < 9; ++position) {
        F square[kLanes];
        const float* from = w + (8 - position) * area + (k + v) * s.inChannels + block;
        LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r)
          square[r] = r < static_cast<int64_t>(lanes) ? loadLanes(from + r * s.inChannels, static_cast<size_t>(count)) : V::zero();
        V::transpose(square);
        LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r) V::store(lines[position] + r * kLanes, square[r]);
      }
      for (int64_t c = 0; c < count; ++c) {
        const float* from = w + (block + c) * s.outChannels + k + v;
        float* to = packed + (block + c) * width + v;
        bothWays<3, kIn>(
            [&](int i, int j) {
              return turned ? V::load(lines[i * 3 + j] + c * kLanes) : loadLanes(from + (i * 3 + j) * area, lanes);
            },
            weightPoints, [&](int i, int j, F value) { V::store(to + (i * kIn + j) * stride, value); });
      }
    }
  }
}

/** dw [3, 3, inputs, outputs] = G' sums G. */
static void winogradUnpack(const WinogradShape& s, const float* sums, float* dw) {
  const int64_t area = s.inChannels * s.outChannels;
  for (int64_t k = 0; k < s.outChannels; k += kColumns) {
    const int64_t columns = s.outChannels - k < kColumns ? s.outChannels - k : kColumns;
    const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
    const int64_t stride = winogradStride(s.inChannels, width);
    for (int64_t c = 0; c < s.inChannels; ++c)
      for (int64_t v = 0; v < columns; v += kLanes) {
        const auto lanes = static_cast<size_t>(columns - v < kLanes ? columns - v : kLanes);
        const float* from = sums + c * width + v;
        float* to = dw + c * s.outChannels + k + v;
        bothWays<kIn, 3>([&](int i, int j) { return V::load(from + (i * kIn + j) * stride); }, weightGradients,
                         [&](int i, int j, F value) { storeLanes(to + (i * 3 + j) * area, lanes, value); });
      }
    sums += kPositions * stride;
  }
}

}  // namespace conv

}  // namespace lamina::LAMINA_ISA

#define LAMINA_CONV_CODE                                                                                                             \
  {                                                                                                                                  \
    LAMINA_ISA::conv::kColumns, LAMINA_ISA::conv::kLanes, LAMINA_ISA::conv::rows, LAMINA_ISA::conv::weights,                         \
        LAMINA_ISA::conv::winogradStrip, LAMINA_ISA::conv::winogradAdd, LAMINA_ISA::conv::winogradPack, LAMINA_ISA::conv::winogradUnpack \
  }
