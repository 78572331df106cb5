/**
 * The register-blocked kernel of direct convolution and the walk over its tiles, for the instruction set opened by a vec_<isa>.h;
 * LAMINA_CONV_ROWS x LAMINA_CONV_VECTORS accumulators.
 */
namespace lamina::LAMINA_ISA {

namespace conv {

using F = V::F;
constexpr int64_t kLanes = V::width;
constexpr int kRows = LAMINA_CONV_ROWS, kVectors = LAMINA_CONV_VECTORS;
constexpr int64_t kColumns = kVectors * kLanes;

LAMINA_INLINE F loadLanes(const float* p, size_t lanes) { return lanes == V::width ? V::load(p) : V::loadPart(p, lanes); }
LAMINA_INLINE void storeLanes(float* p, size_t lanes, F a) {
  if (lanes == V::width)
    V::store(p, a);
  else
    V::storePart(p, lanes, a);
}

/** A tile of a product whose sum runs over `outer` x `inner` stretches of `depth` steps. B is packed in whole vectors, step after step. */
struct Tile {
  int64_t outer, inner, depth, outerStride, innerStride;
  /** Row r, step k of a stretch is a[r * aStride + k], or a[k * aStride + r] when A is read by columns. */
  const float* a;
  int64_t aStride;
  const float* b;
  float* c;
  int64_t cStride;
  int64_t columns;
  bool accumulate;
  const float* bias;
  bool relu;
  const float* reluGate;
};

template <int Rows, int Vectors, bool ByColumns>
LAMINA_INLINE void rankOne(F (&sum)[Rows][Vectors], const float* const* group, int64_t aStride, const float* b) {
  F right[Vectors];
  LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) right[v] = V::load(b + v * kLanes);
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
    const F left = V::set(ByColumns ? group[0][r] : group[r / 3][(r % 3) * aStride]);
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::fma(left, right[v], sum[r][v]);
  }
}

template <int Rows, int Vectors, bool ByColumns> static void kernel(const Tile& tile) {
  // Three rows share a pointer: their distances fit the addressing modes, so that all rows stay in registers.
  constexpr int groups = ByColumns ? 1 : (Rows + 2) / 3;
  const int64_t aStep = ByColumns ? tile.aStride : 1;
  const int64_t aStride = tile.aStride;
  const float* b = tile.b;
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::zero();
  for (int64_t i = 0; i < tile.outer; ++i)
    for (int64_t j = 0; j < tile.inner; ++j) {
      const float* group[groups];
      const float* a = tile.a + i * tile.outerStride + j * tile.innerStride;
      LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] = a + 3 * g * aStride;
      int64_t k = tile.depth;
      for (; k >= 4; k -= 4) {
        LAMINA_UNROLL for (int step = 0; step < 4; ++step) {
          rankOne<Rows, Vectors, ByColumns>(sum, group, aStride, b);
          LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] += aStep;
          b += Vectors * kLanes;
        }
      }
      for (; k > 0; --k) {
        rankOne<Rows, Vectors, ByColumns>(sum, group, aStride, b);
        LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] += aStep;
        b += Vectors * kLanes;
      }
    }

  const int64_t last = tile.columns - (Vectors - 1) * kLanes;
  LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) {
    const size_t lanes = v == Vectors - 1 ? static_cast<size_t>(last) : static_cast<size_t>(kLanes);
    const F bias = tile.bias != nullptr ? loadLanes(tile.bias + v * kLanes, lanes) : V::zero();
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
      float* c = tile.c + r * tile.cStride + v * kLanes;
      F value = sum[r][v];
      if (tile.accumulate) value = V::add(loadLanes(c, lanes), value);
      if (tile.bias != nullptr) value = V::add(value, bias);
      if (tile.relu) value = V::select(V::lessEqual(value, V::zero()), V::zero(), value);
      if (tile.reluGate != nullptr) {
        const F gate = loadLanes(tile.reluGate + r * tile.cStride + v * kLanes, lanes);
        value = V::mul(value, V::select(V::lessEqual(gate, V::zero()), V::zero(), V::set(1.0f)));
      }
      storeLanes(c, lanes, value);
    }
  }
}

using Kernel = void (*)(const Tile&);

template <int Vectors, bool ByColumns, int... Row> LAMINA_INLINE Kernel rowKernel(int64_t rows, std::integer_sequence<int, Row...>) {
  static constexpr Kernel kernels[] = {kernel<Row + 1, Vectors, ByColumns>...};
  return kernels[rows - 1];
}

template <bool ByColumns, int Vectors = kVectors> LAMINA_INLINE Kernel choose(int64_t rows, int64_t vectors) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) return choose<ByColumns, Vectors - 1>(rows, vectors);
  }
  return rowKernel<Vectors, ByColumns>(rows, std::make_integer_sequence<int, kRows>());
}

static void rows(const RowsJob& job) {
  Tile tile{};
  tile.outer = job.outer;
  tile.inner = job.inner;
  tile.depth = job.depth;
  tile.outerStride = job.outerStride;
  tile.innerStride = job.innerStride;
  tile.aStride = job.strideWidth * job.pixelStride;
  tile.cStride = job.yPixel;
  tile.relu = job.relu;
  const int64_t tiles = (job.width + kRows - 1) / kRows;
  const float* packed = job.packed;
  for (int64_t j = 0; j < job.columns; j += kColumns) {
    tile.columns = job.columns - j < kColumns ? job.columns - j : kColumns;
    const int64_t vectors = (tile.columns + kLanes - 1) / kLanes;
    tile.b = packed;
    tile.bias = job.bias != nullptr ? job.bias + j : nullptr;
    for (int64_t row = 0; row < job.rows; ++row)
      for (int64_t t = 0; t < tiles; ++t) {
        const int64_t first = job.width * t / tiles, count = job.width * (t + 1) / tiles - first;
        tile.a = job.x + row * job.strideHeight * job.rowStride + first * tile.aStride;
        const int64_t at = row * job.yRow + first * job.yPixel + j;
        tile.c = job.y + at;
        tile.reluGate = job.reluGate != nullptr ? job.reluGate + at : nullptr;
        choose<false>(count, vectors)(tile);
      }
    packed += job.outer * job.inner * job.depth * vectors * kLanes;
  }
}

static void weights(const WeightsJob& job) {
  Tile tile{};
  tile.outer = job.rows;
  tile.inner = 1;
  tile.depth = job.width;
  tile.outerStride = job.strideHeight * job.rowStride;
  tile.aStride = job.strideWidth * job.pixelStride;
  tile.cStride = job.dwStride;
  tile.accumulate = true;
  tile.b = job.packed;
  const int64_t tiles = (job.run + kRows - 1) / kRows;
  for (int64_t j = 0; j < job.columns; j += kColumns) {
    tile.columns = job.columns - j < kColumns ? job.columns - j : kColumns;
    const int64_t vectors = (tile.columns + kLanes - 1) / kLanes;
    const size_t last = static_cast<size_t>(tile.columns - (vectors - 1) * kLanes);
    float* packed = job.packed;
    for (int64_t row = 0; row < job.rows; ++row) {
      const float* from = job.dy + row * job.dyRow + j;
      for (int64_t x = 0; x < job.width; ++x, from += job.dyPixel, packed += vectors * kLanes) {
        for (int64_t v = 0; v + 1 < vectors; ++v) V::store(packed + v * kLanes, V::load(from + v * kLanes));
        V::store(packed + (vectors - 1) * kLanes, loadLanes(from + (vectors - 1) * kLanes, last));
      }
    }
    float* dw = job.dw + j;
    for (int64_t outer = 0; outer < job.outer; ++outer)
      for (int64_t inner = 0; inner < job.inner; ++inner) {
        const float* x = job.x + outer * job.outerStride + inner * job.innerStride;
        for (int64_t t = 0; t < tiles; ++t) {
          const int64_t first = job.run * t / tiles, count = job.run * (t + 1) / tiles - first;
          tile.a = x + first;
          tile.c = dw + first * job.dwStride;
          choose<true>(count, vectors)(tile);
        }
        dw += job.run * job.dwStride;
      }
  }
}

}  // namespace conv

}  // namespace lamina::LAMINA_ISA
