/** Blocks of a product: packing and the walk over tiles, for the instruction set opened by a vec_<isa>.h. Defines LAMINA_GEMM_CODE. */
#include "micro.h"

namespace lamina::LAMINA_ISA {

constexpr int64_t kColumns = kVectors * kLanes;
/** Packed rows of A are padded to whole vectors. */
constexpr int64_t kPackedRows = (kRows + kLanes - 1) / kLanes * kLanes;

/**
 * Whether vectors should run along the rows of C, its columns filling too small a part of them. Turning a vector's rows of A costs about as much as
 * a third of its lanes in columns, turning C back as much as six steps of K.
 */
static bool isNarrow(const Product& product, int64_t rows) {
  if (kLanes < 8 || product.n > kRows || rows < kLanes) return false;
  const int64_t emptied = kLanes - product.n - (product.a.transposed ? 0 : kLanes / 3);
  return emptied * product.k > 6 * kLanes;
}

/** Copies `depth` rows of `columns` floats to rows of `vectors` whole vectors, zeros behind. */
static void packRows(const float* source, int64_t stride, int64_t depth, int64_t columns, int64_t vectors, float* packed) {
  const size_t last = static_cast<size_t>(columns - (vectors - 1) * kLanes);
  for (int64_t k = 0; k < depth; ++k, source += stride, packed += vectors * kLanes) {
    for (int64_t v = 0; v + 1 < vectors; ++v) V::store(packed + v * kLanes, V::load(source + v * kLanes));
    V::store(packed + (vectors - 1) * kLanes, loadLanes(source + (vectors - 1) * kLanes, last));
  }
}

/** Turns `count` rows of `depth` floats into `depth` rows of `vectors` whole vectors, zeros behind. */
static void packTurned(const float* source, int64_t stride, int64_t depth, int64_t count, int64_t vectors, float* packed) {
  const int64_t width = vectors * kLanes;
  for (int64_t v = 0; v < vectors; ++v) {
    const int64_t rows = count - v * kLanes < kLanes ? count - v * kLanes : kLanes;
    const float* from = source + v * kLanes * stride;
    for (int64_t k = 0; k < depth; k += kLanes) {
      const size_t part = static_cast<size_t>(depth - k < kLanes ? depth - k : kLanes);
      F square[kLanes];
      LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r) square[r] = r < rows ? loadLanes(from + r * stride + k, part) : V::zero();
      V::transpose(square);
      LAMINA_UNROLL for (int64_t i = 0; i < kLanes; ++i)
        if (i < static_cast<int64_t>(part)) V::store(packed + (k + i) * width + v * kLanes, square[i]);
    }
  }
}

/** States what the sums of a tile are added to: in later passes over K those of the passes before. */
LAMINA_INLINE void addTo(Tile& tile, const Epilogue& epilogue, int64_t pass, int64_t row, int64_t column) {
  const bool again = pass > 0;
  tile.addend = again ? tile.c : epilogue.addend != nullptr ? epilogue.addend + row * epilogue.addendStride + column : nullptr;
  tile.addendStride = again ? tile.cStride : epilogue.addendStride;
}

/** Copies a tile of A so that its rows lie close to each other: `depth` rows of `count` floats when A is read by columns, else the reverse. */
static void copyTile(const float* source, const Factor& a, int64_t depth, int64_t count, float* packed) {
  if (a.transposed) return packRows(source, a.stride, depth, count, (count + kLanes - 1) / kLanes, packed);
  for (int64_t r = 0; r < count; ++r, source += a.stride, packed += depth + kLanes) {
    int64_t k = 0;
    for (; k + kLanes <= depth; k += kLanes) V::store(packed + k, V::load(source + k));
    if (k < depth) V::storePart(packed + k, static_cast<size_t>(depth - k), V::loadPart(source + k, static_cast<size_t>(depth - k)));
  }
}

/** What the kernel does not do itself, on a tile that is still in the first-level cache. */
static void finishTile(const Epilogue& epilogue, const Tile& tile, const float* gate, int64_t rows) {
  for (int64_t r = 0; r < rows; ++r) {
    float* c = tile.c + r * tile.cStride;
    const size_t columns = static_cast<size_t>(tile.columns);
    if (epilogue.activation != simd::Activation::linear && !tile.relu)
      simd::activationForward(epilogue.activation, epilogue.alpha, c, c, columns);
    if (gate != nullptr && tile.reluGate == nullptr)
      simd::activationGradientFromOutput(epilogue.gateActivation, epilogue.gateAlpha, c, gate + r * epilogue.gateStride, c, columns);
  }
}

/**
 * A product of few columns: the vectors run along the rows of C, or most of their lanes would be empty. C is computed turned, tile by tile, and
 * turned back; each element is the sum in the order in which `gemmBlock` forms it.
 */
static void narrowBlock(const Product& product, const Block& block, float* scratch) {
  const Epilogue& epilogue = product.epilogue;
  const int64_t columns = product.n;
  const int64_t passes = passesOf(product.k);
  const size_t width = static_cast<size_t>(columns);
  for (int64_t pass = 0; pass < passes; ++pass) {
    const int64_t begin = partBegin(product.k, 4, passes, pass);
    const int64_t depth = partBegin(product.k, 4, passes, pass + 1) - begin;
    const bool finish = pass == passes - 1;
    const float* addend = pass > 0 ? product.c : epilogue.addend;
    const int64_t addendStride = pass > 0 ? product.cStride : epilogue.addendStride;
    const F bias = finish && epilogue.bias != nullptr ? V::loadPart(epilogue.bias, width) : V::zero();
    for (int64_t row = block.rowBegin; row < block.rowEnd; row += kColumns) {
      const int64_t rows = block.rowEnd - row < kColumns ? block.rowEnd - row : kColumns;
      const int64_t vectors = (rows + kLanes - 1) / kLanes;
      alignas(64) float turned[kRows * kColumns];
      Tile tile{};
      tile.depth = depth;
      tile.columns = rows;
      tile.a = product.b.data + (product.b.transposed ? begin : begin * product.b.stride);
      tile.aStride = product.b.stride;
      if (product.a.transposed && (V::maskedLoadsAreFree || rows % kLanes == 0)) {
        tile.b = product.a.data + begin * product.a.stride + row;
        tile.bStride = product.a.stride;
      } else {
        if (product.a.transposed)
          packRows(product.a.data + begin * product.a.stride + row, product.a.stride, depth, rows, vectors, scratch);
        else
          packTurned(product.a.data + row * product.a.stride + begin, product.a.stride, depth, rows, vectors, scratch);
        tile.b = scratch;
        tile.bStride = vectors * kLanes;
      }
      tile.c = turned;
      tile.cStride = kColumns;
      chooseKernel(columns, vectors, !product.b.transposed)(tile);
      for (int64_t v = 0; v < vectors; ++v) {
        const int64_t first = row + v * kLanes, count = rows - v * kLanes < kLanes ? rows - v * kLanes : kLanes;
        F square[kLanes];
        LAMINA_UNROLL for (int64_t j = 0; j < kLanes; ++j) square[j] = j < columns ? V::load(turned + j * kColumns + v * kLanes) : V::zero();
        V::transpose(square);
        LAMINA_UNROLL for (int64_t r = 0; r < kLanes; ++r) {
          if (r >= count) break;
          float* c = product.c + (first + r) * product.cStride;
          F value = square[r];
          if (addend != nullptr) value = V::add(V::loadPart(addend + (first + r) * addendStride, width), value);
          if (finish && epilogue.bias != nullptr) value = V::add(value, bias);
          V::storePart(c, width, value);
        }
      }
      if (finish)
        finishTile(epilogue, Tile{.c = product.c + row * product.cStride, .cStride = product.cStride, .columns = columns},
                   epilogue.gate != nullptr ? epilogue.gate + row * epilogue.gateStride : nullptr, rows);
    }
  }
}

/** Floats that do not stay in the second-level cache beside the rest. */
constexpr int64_t kFarFloats = 1 << 17;
/** Columns of B that stay packed in the second-level cache while rows of A pass by. */
constexpr int64_t kStrip = kStripColumns / kColumns * kColumns;
/** Tiles that a packed strip is not worth its while for. */
constexpr int64_t kFewTiles = 4;

/** Asks for part `index` of `count` of `lines` rows of `length` floats. */
static void prefetchPart(const float* from, int64_t stride, int64_t lines, int64_t length, int64_t index, int64_t count) {
  const int64_t line = 64 / static_cast<int64_t>(sizeof(float));
  for (int64_t i = lines * index / count; i < lines * (index + 1) / count; ++i)
    for (int64_t j = 0; j < length; j += line) LAMINA_PREFETCH(from + i * stride + j);
}

/** Asks for part `index` of `count` of rows of A or columns of B, as far as one pass reads them. */
static void prefetchFactor(const Factor& factor, bool alongDepth, int64_t first, int64_t size, int64_t begin, int64_t depth, int64_t index, int64_t count) {
  if (alongDepth)
    prefetchPart(factor.data + first * factor.stride + begin, factor.stride, size, depth, index, count);
  else
    prefetchPart(factor.data + begin * factor.stride + first, factor.stride, depth, size, index, count);
}

/** Packs `columns` of B by panels, each `panelStride` floats behind the one before. Rows are read in one go: each may lie on a page of its own. */
static void packStrip(const Factor& b, int64_t column, int64_t columns, int64_t begin, int64_t depth, int64_t panelStride, float* packed) {
  const int64_t whole = columns / kColumns, rest = columns % kColumns, vectors = (rest + kLanes - 1) / kLanes;
  if (b.transposed) {
    for (int64_t p = 0; p < whole; ++p)
      packTurned(b.data + (column + p * kColumns) * b.stride + begin, b.stride, depth, kColumns, kVectors, packed + p * panelStride);
    if (rest > 0)
      packTurned(b.data + (column + whole * kColumns) * b.stride + begin, b.stride, depth, rest, vectors, packed + whole * panelStride);
    return;
  }
  const float* source = b.data + begin * b.stride + column;
  for (int64_t k = 0; k < depth; ++k, source += b.stride, packed += kColumns)
    for (int64_t p = 0; p < whole; ++p)
      LAMINA_UNROLL for (int v = 0; v < kVectors; ++v) V::store(packed + p * panelStride + v * kLanes, V::load(source + p * kColumns + v * kLanes));
  if (rest > 0)
    packRows(b.data + begin * b.stride + column + whole * kColumns, b.stride, depth, rest, vectors, packed - depth * kColumns + whole * panelStride);
}

/** Walks all rows of A past each strip of B. */
static void stripBlock(const Product& product, const Block& block, float* scratch) {
  const Epilogue& epilogue = product.epilogue;
  const Factor &a = product.a, &b = product.b;
  const int64_t rows = block.rowEnd - block.rowBegin;
  const int64_t tiles = (rows + kRows - 1) / kRows;
  const int64_t passes = passesOf(product.k);
  const auto [gated, reluGate, unfinished] = finishOf(epilogue);
  const bool farA = product.m * product.k >= kFarFloats, farC = product.m * product.n >= kFarFloats;

  for (int64_t pass = 0; pass < passes; ++pass) {
    const int64_t begin = partBegin(product.k, 4, passes, pass);
    const int64_t depth = partBegin(product.k, 4, passes, pass + 1) - begin;
    const bool finish = pass == passes - 1;
    const int64_t panelStride = depth * kColumns + kPanelGap;
    Tile tile{};
    tile.depth = depth;
    tile.cStride = product.cStride;
    tile.relu = finish && epilogue.activation == simd::Activation::relu;
    tile.gateStride = epilogue.gateStride;
    for (int64_t strip = block.columnBegin; strip < block.columnEnd; strip += kStrip) {
      const int64_t width = block.columnEnd - strip < kStrip ? block.columnEnd - strip : kStrip;
      const int64_t panels = (width + kColumns - 1) / kColumns;
      packStrip(b, strip, width, begin, depth, panelStride, scratch);
      // Rows whole pages apart fall into the same set of the first-level cache; a copy is worth it when it is read often enough.
      float* packedA = scratch + panels * panelStride;
      const bool copyA = a.stride % 1024 == 0 && panels >= 4;
      for (int64_t t = 0; t < tiles; ++t) {
        const int64_t first = rows * t / tiles, count = rows * (t + 1) / tiles - first;
        const int64_t row = block.rowBegin + first;
        tile.a = a.data + (a.transposed ? begin * a.stride + row : row * a.stride + begin);
        tile.aStride = a.stride;
        if (copyA) {
          copyTile(tile.a, a, depth, count, packedA);
          tile.a = packedA;
          tile.aStride = a.transposed ? (count + kLanes - 1) / kLanes * kLanes : depth + kLanes;
        }
        const int64_t nextRow = row + count, nextCount = block.rowEnd - nextRow < kRows ? block.rowEnd - nextRow : kRows;
        for (int64_t p = 0; p < panels; ++p) {
          const int64_t j = strip + p * kColumns;
          tile.columns = width - p * kColumns < kColumns ? width - p * kColumns : kColumns;
          const int64_t vectors = (tile.columns + kLanes - 1) / kLanes;
          tile.b = scratch + p * panelStride;
          tile.bStride = vectors * kLanes;
          tile.c = product.c + row * product.cStride + j;
          addTo(tile, epilogue, pass, row, j);
          tile.bias = finish && epilogue.bias != nullptr ? epilogue.bias + j : nullptr;
          const float* gate = gated ? epilogue.gate + row * epilogue.gateStride + j : nullptr;
          tile.reluGate = finish && reluGate ? gate : nullptr;
          // What the next tiles need comes from afar while this one is multiplied.
          if (farC) prefetchPart(tile.c, tile.cStride, count, tile.columns, 0, 1);
          if (farA && nextCount > 0) prefetchFactor(a, !a.transposed, nextRow, nextCount, begin, depth, p, panels);
          chooseKernel(count, vectors, a.transposed)(tile);
          if (finish && unfinished) finishTile(epilogue, tile, gate, count);
        }
      }
    }
  }
}

/** Walks panels of B past few rows of A, each panel read while it is in the first-level cache. */
[[maybe_unused]] static void gemmBlock(const Product& product, const Block& block, float* scratch) {
  const Epilogue& epilogue = product.epilogue;
  const int64_t rows = block.rowEnd - block.rowBegin;
  if (isNarrow(product, rows)) return narrowBlock(product, block, scratch);
  const int64_t tiles = (rows + kRows - 1) / kRows;
  if (tiles > kFewTiles) return stripBlock(product, block, scratch);
  const int64_t passes = passesOf(product.k);
  const int64_t panels = (block.columnEnd - block.columnBegin + kColumns - 1) / kColumns;
  // Rows whole pages apart fall into the same set of the cache; a copy is worth it when it is read often enough.
  const bool packA = !product.a.transposed && product.a.stride % 1024 == 0 && panels >= 4 && tiles >= 2;
  const auto [gated, reluGate, unfinished] = finishOf(epilogue);
  const bool farB = product.k * product.n >= kFarFloats, farC = product.m * product.n >= kFarFloats;
  float* packedB = scratch;
  float* packedA = scratch + kDepth * kColumns;

  for (int64_t pass = 0; pass < passes; ++pass) {
    const int64_t begin = partBegin(product.k, 4, passes, pass);
    const int64_t depth = partBegin(product.k, 4, passes, pass + 1) - begin;
    const bool finish = pass == passes - 1;
    if (packA) {
      for (int64_t t = 0; t < tiles; ++t) {
        const int64_t row = rows * t / tiles, count = rows * (t + 1) / tiles - row;
        packTurned(product.a.data + (block.rowBegin + row) * product.a.stride + begin, product.a.stride, depth, count, kPackedRows / kLanes,
                   packedA + t * depth * kPackedRows);
      }
    }
    for (int64_t j = block.columnBegin; j < block.columnEnd; j += kColumns) {
      Tile tile{};
      tile.depth = depth;
      tile.columns = block.columnEnd - j < kColumns ? block.columnEnd - j : kColumns;
      const int64_t vectors = (tile.columns + kLanes - 1) / kLanes;
      const bool direct = !product.b.transposed && tiles <= 2 && (V::maskedLoadsAreFree || tile.columns % kLanes == 0);
      if (direct) {
        tile.b = product.b.data + begin * product.b.stride + j;
        tile.bStride = product.b.stride;
      } else {
        if (product.b.transposed)
          packTurned(product.b.data + j * product.b.stride + begin, product.b.stride, depth, tile.columns, vectors, packedB);
        else
          packRows(product.b.data + begin * product.b.stride + j, product.b.stride, depth, tile.columns, vectors, packedB);
        tile.b = packedB;
        tile.bStride = vectors * kLanes;
      }
      // The next panel comes from afar while this one is multiplied.
      const bool lastPanel = j + kColumns >= block.columnEnd;
      const int64_t nextPass = pass + (lastPanel ? 1 : 0), nextColumn = lastPanel ? block.columnBegin : j + kColumns;
      const int64_t nextColumns = block.columnEnd - nextColumn < kColumns ? block.columnEnd - nextColumn : kColumns;
      const int64_t nextBegin = partBegin(product.k, 4, passes, nextPass), nextDepth = partBegin(product.k, 4, passes, nextPass + 1) - nextBegin;
      tile.cStride = product.cStride;
      tile.bias = finish && epilogue.bias != nullptr ? epilogue.bias + j : nullptr;
      tile.relu = finish && epilogue.activation == simd::Activation::relu;
      tile.gateStride = epilogue.gateStride;
      for (int64_t t = 0, first = 0, end = 0; t < tiles; ++t, first = end) {
        end = partBegin(rows, 1, tiles, t + 1);
        const int64_t row = block.rowBegin + first, count = end - first;
        const bool byColumns = packA || product.a.transposed;
        if (packA) {
          tile.a = packedA + t * depth * kPackedRows;
          tile.aStride = kPackedRows;
        } else {
          tile.a = product.a.data + (byColumns ? begin * product.a.stride + row : row * product.a.stride + begin);
          tile.aStride = product.a.stride;
        }
        tile.c = product.c + row * product.cStride + j;
        addTo(tile, epilogue, pass, row, j);
        const float* gate = gated ? epilogue.gate + row * epilogue.gateStride + j : nullptr;
        tile.reluGate = finish && reluGate ? gate : nullptr;
        if (farC)
          for (int64_t r = 0; r < count; ++r)
            for (int64_t v = 0; v < vectors; ++v) LAMINA_PREFETCH(tile.c + r * tile.cStride + v * kLanes);
        if (farB && nextPass < passes) prefetchFactor(product.b, product.b.transposed, nextColumn, nextColumns, nextBegin, nextDepth, t, tiles);
        chooseKernel(count, vectors, byColumns)(tile);
        if (finish && unfinished) finishTile(epilogue, tile, gate, count);
      }
    }
  }
}

/** Rounds to bfloat16, half to even: floats whose lower 16 bits are zero. */
static void roundToBfloat16(float* values, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    const bool number = (bits & 0x7fffffffu) <= 0x7f800000u;
    bits = (number ? bits + 0x7fffu + ((bits >> 16) & 1u) : bits | 0x400000u) & 0xffff0000u;
    std::memcpy(values + i, &bits, sizeof bits);
  }
}

/** Factors packed as floats that are bfloat16 numbers. */
struct RoundedPacking {
  static constexpr int64_t perFloat = 1;
  static void rows(const float* source, int64_t stride, int64_t depth, int64_t count, int64_t vectors, float* packed) {
    packRows(source, stride, depth, count, vectors, packed);
    roundToBfloat16(packed, depth * vectors * kLanes);
  }
  static void turned(const float* source, int64_t stride, int64_t depth, int64_t count, int64_t vectors, float* packed) {
    packTurned(source, stride, depth, count, vectors, packed);
    roundToBfloat16(packed, depth * vectors * kLanes);
  }
  static MicroKernel kernel(int64_t rows, int64_t vectors) { return chooseKernel(rows, vectors, true); }
};

}  // namespace lamina::LAMINA_ISA

#include "packed_block.h"

#define LAMINA_GEMM_CODE \
  { LAMINA_ISA::kRows, LAMINA_ISA::kColumns, LAMINA_ISA::kPackedRows, LAMINA_ISA::gemmBlock, LAMINA_ISA::packedBlock<LAMINA_ISA::RoundedPacking> }
