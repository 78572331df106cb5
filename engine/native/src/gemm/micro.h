/** The register-blocked inner kernel, for the instruction set opened by a vec_<isa>.h; LAMINA_GEMM_ROWS x LAMINA_GEMM_VECTORS accumulators. */
namespace lamina::LAMINA_ISA {

using F = V::F;
constexpr int64_t kLanes = V::width;
constexpr int kRows = LAMINA_GEMM_ROWS, kVectors = LAMINA_GEMM_VECTORS;

LAMINA_INLINE F loadLanes(const float* p, size_t lanes) { return lanes == V::width ? V::load(p) : V::loadPart(p, lanes); }
LAMINA_INLINE void storeLanes(float* p, size_t lanes, F a) {
  if (lanes == V::width)
    V::store(p, a);
  else
    V::storePart(p, lanes, a);
}

/** A tile of C and what its product is made of. */
struct Tile {
  int64_t depth;
  /** Element (r, k) of A is a[r * aStride + k], or a[k * aStride + r] when A is read by columns. */
  const float* a;
  int64_t aStride;
  const float* b;
  int64_t bStride;
  float* c;
  int64_t cStride;
  /** Columns of C to store; the last vector may be cut. */
  int64_t columns;
  /** What the sums are added to, if anything. */
  const float* addend;
  int64_t addendStride;
  const float* bias;
  bool relu;
  const float* reluGate;
  int64_t gateStride;
};

template <int Vectors> LAMINA_INLINE F loadB(const float* b, int v, int64_t last) {
  if constexpr (V::maskedLoadsAreFree) return v == Vectors - 1 ? V::loadPart(b + v * kLanes, static_cast<size_t>(last)) : V::load(b + v * kLanes);
  return V::load(b + v * kLanes);
}

/** `storeSums` for tiles whose last vector is whole, or is not. */
template <int Rows, int Vectors, bool Whole> LAMINA_INLINE void finishSums(F (&sum)[Rows][Vectors], const Tile& tile, int64_t last) {
  const auto lanes = [last](int v) { return static_cast<size_t>(Whole || v < Vectors - 1 ? kLanes : last); };
  if (tile.addend != nullptr)
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
        sum[r][v] = V::add(loadLanes(tile.addend + r * tile.addendStride + v * kLanes, lanes(v)), sum[r][v]);
  if (tile.bias != nullptr)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) {
      const F bias = loadLanes(tile.bias + v * kLanes, lanes(v));
      LAMINA_UNROLL for (int r = 0; r < Rows; ++r) sum[r][v] = V::add(sum[r][v], bias);
    }
  if (tile.relu)
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::select(V::lessEqual(sum[r][v], V::zero()), V::zero(), sum[r][v]);
  if (tile.reluGate != nullptr)
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) {
        const F gate = loadLanes(tile.reluGate + r * tile.gateStride + v * kLanes, lanes(v));
        sum[r][v] = V::mul(sum[r][v], V::select(V::lessEqual(gate, V::zero()), V::zero(), V::set(1.0f)));
      }
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) storeLanes(tile.c + r * tile.cStride + v * kLanes, lanes(v), sum[r][v]);
}

/** What the kernel does with the sums of a tile before they are stored. What is to be done is asked once a tile, not once a sum. */
template <int Rows, int Vectors> LAMINA_INLINE void storeSums(F (&sum)[Rows][Vectors], const Tile& tile, int64_t last) {
  if (last == kLanes)
    finishSums<Rows, Vectors, true>(sum, tile, last);
  else
    finishSums<Rows, Vectors, false>(sum, tile, last);
}

/** One step of K for the whole tile. */
template <int Rows, int Vectors, bool ByColumns>
LAMINA_INLINE void rankOne(F (&sum)[Rows][Vectors], const float* const* group, int64_t aStride, const float* b, int64_t last) {
  F right[Vectors];
  LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) right[v] = loadB<Vectors>(b, v, last);
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
    const F left = V::set(ByColumns ? group[0][r] : group[r / 3][(r % 3) * aStride]);
    if constexpr (Vectors == 1)
      sum[r][0] = V::fma(left, right[0], sum[r][0]);
    else
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) V::accumulate(sum[r][v], left, right[v]);
  }
}

template <int Rows, int Vectors, bool ByColumns> static void microKernel(const Tile& tile) {
  // Three rows share a pointer: their distances fit the addressing modes, so that all rows stay in registers.
  constexpr int groups = ByColumns ? 1 : (Rows + 2) / 3;
  const float* group[groups];
  LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] = tile.a + 3 * g * tile.aStride;
  const int64_t aStep = ByColumns ? tile.aStride : 1;
  const int64_t aStride = tile.aStride, bStride = tile.bStride;
  const float* b = tile.b;
  const int64_t last = tile.columns - (Vectors - 1) * kLanes;

  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::zero();
  int64_t k = tile.depth;
  for (; k >= 4; k -= 4) {
    LAMINA_UNROLL for (int step = 0; step < 4; ++step) {
      rankOne<Rows, Vectors, ByColumns>(sum, group, aStride, b, last);
      LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] += aStep;
      b += bStride;
    }
  }
  for (; k > 0; --k) {
    rankOne<Rows, Vectors, ByColumns>(sum, group, aStride, b, last);
    LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] += aStep;
    b += bStride;
  }

  storeSums(sum, tile, last);
}

using MicroKernel = void (*)(const Tile&);

template <int Vectors, bool ByColumns, int... Row> LAMINA_INLINE MicroKernel rowKernel(int64_t rows, std::integer_sequence<int, Row...>) {
  static constexpr MicroKernel kernels[] = {microKernel<Row + 1, Vectors, ByColumns>...};
  return kernels[rows - 1];
}

/** The kernel for tiles of up to kRows rows and kVectors vectors. */
template <int Vectors = kVectors> LAMINA_INLINE MicroKernel chooseKernel(int64_t rows, int64_t vectors, bool byColumns) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) return chooseKernel<Vectors - 1>(rows, vectors, byColumns);
  }
  constexpr auto all = std::make_integer_sequence<int, kRows>();
  return byColumns ? rowKernel<Vectors, true>(rows, all) : rowKernel<Vectors, false>(rows, all);
}

}  // namespace lamina::LAMINA_ISA
