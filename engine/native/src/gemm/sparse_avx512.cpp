#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <bit>
#include <cstring>
#include <utility>

#include "sparse.h"

#include "../simd/vec_avx512.h"

#define LAMINA_GEMM_ROWS 14
#define LAMINA_GEMM_VECTORS 2
#include "block.h"

namespace lamina::avx512 {

constexpr int kPanelVectors = static_cast<int>(kPanelColumns / kLanes);
/** Entries of a list are multiplied by fours; what a list lacks is filled up with zeros times a row of zeros behind the panel. */
constexpr int64_t kGroup = 4;
constexpr int64_t kRowBytes = kPanelColumns * static_cast<int64_t>(sizeof(float));
constexpr int kZeroRow = static_cast<int>(kStretch * kRowBytes);

/** What is not zero in some rows of A over a pass of K, by stretches: values, and where in the panel the rows of B lie that they multiply. */
struct Lists {
  float* values;
  uint16_t* offsets;
  int32_t* groups;
  /** Entries there is room for in a list: whole vectors are written. */
  int64_t room;
};

/** The list under construction of one row over one stretch. */
struct List {
  float* values;
  uint16_t* offsets;
  int64_t length;

  /** Appends what is not zero in `value`, at the rows of the panel from `k` on. */
  LAMINA_INLINE void append(F value, int64_t k) {
    const __mmask16 present = _mm512_cmp_ps_mask(value, V::zero(), _CMP_NEQ_UQ);
    const __m512i at = _mm512_add_epi32(_mm512_mullo_epi32(V::iota(), V::seti(static_cast<int>(kRowBytes))), V::seti(static_cast<int>(k * kRowBytes)));
    V::store(values + length, _mm512_maskz_compress_ps(present, value));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(offsets + length), _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(present, at)));
    length += std::popcount(static_cast<uint32_t>(present));
  }
  /** Fills the last group up and returns the number of groups. */
  LAMINA_INLINE int32_t close() {
    V::store(values + length, V::zero());
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(offsets + length), _mm256_set1_epi16(static_cast<short>(kZeroRow)));
    return static_cast<int32_t>((length + kGroup - 1) / kGroup);
  }
};

/** Lists of `rows` rows over `depth` of K, element (r, k) being source[r * stride + k], or source[k * stride + r] with `byColumns`. */
static void listRows(const float* source, int64_t stride, bool byColumns, int64_t rows, int64_t depth, const Lists& lists) {
  const auto listOf = [&](int64_t row) { return List{lists.values + row * lists.room, lists.offsets + row * lists.room, 0}; };
  if (!byColumns) {
    for (int64_t r = 0; r < rows; ++r, source += stride) {
      List list = listOf(r);
      for (int64_t k = 0; k < depth; k += kLanes) list.append(loadLanes(source + k, static_cast<size_t>(depth - k < kLanes ? depth - k : kLanes)), k);
      lists.groups[r] = list.close();
    }
    return;
  }
  for (int64_t row = 0; row < rows; row += kLanes, source += kLanes) {
    const int64_t count = rows - row < kLanes ? rows - row : kLanes;
    List list[kLanes];
    for (int64_t r = 0; r < count; ++r) list[r] = listOf(row + r);
    for (int64_t k = 0; k < depth; k += kLanes) {
      const float* from = source + k * stride;
      F square[kLanes];
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
        square[i] = k + i < depth ? loadLanes(from + i * stride, static_cast<size_t>(count)) : V::zero();
      V::transpose(square);
      LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r)
        if (r < count) list[r].append(square[r], k);
    }
    for (int64_t r = 0; r < count; ++r) lists.groups[row + r] = list[r].close();
  }
}

/** Copies `depth` rows of B to a panel, zeros behind the last column. */
static void packPanel(const Factor& b, int64_t begin, int64_t depth, int64_t column, int64_t columns, float* panel) {
  if (b.transposed) return packTurned(b.data + column * b.stride + begin, b.stride, depth, columns, kPanelVectors, panel);
  const int64_t vectors = (columns + kLanes - 1) / kLanes;
  const size_t last = static_cast<size_t>(columns - (vectors - 1) * kLanes);
  const float* source = b.data + begin * b.stride + column;
  for (int64_t k = 0; k < depth; ++k, source += b.stride, panel += kPanelColumns) {
    for (int64_t v = 0; v + 1 < vectors; ++v) V::store(panel + v * kLanes, V::load(source + v * kLanes));
    V::store(panel + (vectors - 1) * kLanes, loadLanes(source + (vectors - 1) * kLanes, last));
  }
}

/** Adds to `sum` what one list says of a row of C. */
template <int Vectors> LAMINA_INLINE void addList(F (&sum)[1][Vectors], const float* values, const uint16_t* offsets, int64_t groups, const float* panel) {
  const char* rows = reinterpret_cast<const char*>(panel);
  for (; groups > 0; --groups, values += kGroup, offsets += kGroup) {
    uint64_t four;
    std::memcpy(&four, offsets, sizeof four);
    // One load for four values: loads are what the loop waits for.
    const F left = _mm512_broadcast_f32x4(_mm_loadu_ps(values));
    const F each[kGroup] = {_mm512_permute_ps(left, 0x00), _mm512_permute_ps(left, 0x55), _mm512_permute_ps(left, 0xaa), _mm512_permute_ps(left, 0xff)};
    LAMINA_UNROLL for (int i = 0; i < kGroup; ++i) {
      const float* right = reinterpret_cast<const float*>(rows + static_cast<uint16_t>(four >> (16 * i)));
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[0][v] = V::fma(each[i], V::load(right + v * kLanes), sum[0][v]);
    }
  }
}

/** Rows of C over one stretch of K: from sums so far (none at first) to sums, and at last to C. */
struct Strip {
  int64_t rows;
  Lists lists;
  const float* panel;
  /** [rows, kPanelColumns]: sums of the stretches before. */
  float* sums;
  bool first;
  /** Leaves the sums where they are. */
  bool keep;
  /** The first row of C, its epilogue, and that of its gate. */
  Tile tile;
  const float* gate;
};

template <int Vectors> static void multiplyRows(const Strip& strip, const Epilogue& epilogue, bool unfinished, int64_t begin, int64_t end) {
  const int64_t last = strip.tile.columns - (Vectors - 1) * kLanes;
  Tile tile = strip.tile;
  for (int64_t r = begin; r < end; ++r) {
    float* sums = strip.sums + r * kPanelColumns;
    F sum[1][Vectors];
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[0][v] = strip.first ? V::zero() : V::load(sums + v * kLanes);
    addList<Vectors>(sum, strip.lists.values + r * strip.lists.room, strip.lists.offsets + r * strip.lists.room, strip.lists.groups[r], strip.panel);
    if (strip.keep) {
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) V::store(sums + v * kLanes, sum[0][v]);
      continue;
    }
    tile.c = strip.tile.c + r * tile.cStride;
    tile.addend = strip.tile.addend != nullptr ? strip.tile.addend + r * tile.addendStride : nullptr;
    const float* gate = strip.gate != nullptr ? strip.gate + r * epilogue.gateStride : nullptr;
    tile.reluGate = strip.tile.reluGate != nullptr ? gate : nullptr;
    storeSums(sum, tile, last);
    if (unfinished) finishTile(epilogue, tile, gate, 1);
  }
}

using RowKernel = void (*)(const Strip&, const Epilogue&, bool, int64_t, int64_t);
constexpr RowKernel rowKernels[kPanelVectors] = {multiplyRows<1>, multiplyRows<2>, multiplyRows<3>, multiplyRows<4>};

/** Stores up to 16 rows of sums as columns of C, `columns` long. */
static void storeTurned(const float* sums, int64_t rows, int64_t columns, float* c, int64_t stride, bool accumulate) {
  const size_t width = static_cast<size_t>(rows);
  for (int64_t v = 0; v < columns; v += kLanes, c += kLanes * stride) {
    F square[kLanes];
    LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r) square[r] = r < rows ? V::load(sums + r * kPanelColumns + v) : V::zero();
    V::transpose(square);
    LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
      if (v + i < columns) {
        float* to = c + i * stride;
        storeLanes(to, width, accumulate ? V::add(loadLanes(to, width), square[i]) : square[i]);
      }
  }
}

}  // namespace lamina::avx512

namespace lamina {

void sparseBlockAvx512(const Product& product, bool turned, const Block& block, float* scratch) {
  using namespace avx512;
  const Epilogue& epilogue = product.epilogue;
  const Factor &a = product.a, &b = product.b;
  const int64_t passes = passesOf(product.k);
  const int64_t mostRows = product.k <= kStretch ? kShortListRows : kLongListRows, blockRows = block.rowEnd - block.rowBegin;
  const int64_t chunk = blockRows < mostRows ? blockRows : mostRows;
  const auto [gated, reluGate, unfinished] = finishOf(epilogue);
  float* panel = scratch;
  float* sums = panel + (kStretch + 1) * kPanelColumns;
  LAMINA_UNROLL for (int v = 0; v < kPanelVectors; ++v) V::store(panel + kStretch * kPanelColumns + v * kLanes, V::zero());

  for (int64_t row = block.rowBegin; row < block.rowEnd; row += chunk) {
    const int64_t rows = block.rowEnd - row < chunk ? block.rowEnd - row : chunk;
    for (int64_t pass = 0; pass < passes; ++pass) {
      const int64_t begin = partBegin(product.k, 4, passes, pass);
      const int64_t depth = partBegin(product.k, 4, passes, pass + 1) - begin;
      const int64_t stretches = depth > kStretch ? (depth + kStretch - 1) / kStretch : 1;
      const auto stretchBegin = [&](int64_t stretch) { return partBegin(depth, kLanes, stretches, stretch); };
      Strip strip{};
      strip.rows = rows;
      strip.sums = sums;
      const int64_t units = (depth + kLanes - 1) / kLanes, room = ((units + stretches - 1) / stretches + 1) * kLanes;
      const auto listsOf = [&](int64_t stretch) {
        float* values = sums + chunk * kPanelColumns;
        uint16_t* offsets = reinterpret_cast<uint16_t*>(values + rows * stretches * room);
        int32_t* groups = reinterpret_cast<int32_t*>(offsets + rows * stretches * room);
        return Lists{values + stretch * rows * room, offsets + stretch * rows * room, groups + stretch * rows, room};
      };
      for (int64_t stretch = 0; stretch < stretches; ++stretch) {
        const int64_t from = stretchBegin(stretch), k = begin + from;
        listRows(a.data + (a.transposed ? k * a.stride + row : row * a.stride + k), a.stride, a.transposed, rows, stretchBegin(stretch + 1) - from,
                 listsOf(stretch));
      }
      const bool finish = pass == passes - 1;
      strip.panel = panel;
      for (int64_t j = block.columnBegin; j < block.columnEnd; j += kPanelColumns) {
        const int64_t columns = block.columnEnd - j < kPanelColumns ? block.columnEnd - j : kPanelColumns;
        const RowKernel multiply = rowKernels[(columns + kLanes - 1) / kLanes - 1];
        Tile& tile = strip.tile;
        tile.columns = columns;
        tile.cStride = product.cStride;
        tile.c = product.c + (turned ? j * product.cStride + row : row * product.cStride + j);
        addTo(tile, epilogue, pass, row, j);
        tile.bias = finish && epilogue.bias != nullptr ? epilogue.bias + j : nullptr;
        tile.relu = finish && epilogue.activation == simd::Activation::relu;
        tile.gateStride = epilogue.gateStride;
        strip.gate = gated && finish ? epilogue.gate + row * epilogue.gateStride + j : nullptr;
        tile.reluGate = reluGate ? strip.gate : nullptr;
        for (int64_t stretch = 0; stretch < stretches; ++stretch) {
          const int64_t from = stretchBegin(stretch);
          packPanel(b, begin + from, stretchBegin(stretch + 1) - from, j, columns, panel);
          strip.lists = listsOf(stretch);
          strip.first = stretch == 0;
          const bool last = stretch == stretches - 1;
          strip.keep = turned || !last;
          if (!turned || !last) {
            multiply(strip, epilogue, finish && unfinished, 0, rows);
            continue;
          }
          for (int64_t r = 0; r < rows; r += kLanes) {
            const int64_t end = r + kLanes < rows ? r + kLanes : rows;
            multiply(strip, epilogue, false, r, end);
            storeTurned(sums + r * kPanelColumns, end - r, columns, tile.c + r, product.cStride, pass > 0);
          }
        }
      }
    }
  }
}

}  // namespace lamina

#include "../simd/vec_end.h"
#endif
