/** Blocks of a product whose factors are both packed in another number format, for the instruction set opened by a vec_<isa>.h. */
namespace lamina::LAMINA_ISA {

/** As `gemmBlock`; `Packing` has `rows`, `turned` and `kernel`, and packs `perFloat` numbers of K into one float. */
template <class Packing> static void packedBlock(const Product& product, const Block& block, float* scratch) {
  const Epilogue& epilogue = product.epilogue;
  const int64_t rows = block.rowEnd - block.rowBegin;
  const int64_t tiles = (rows + kRows - 1) / kRows;
  const int64_t passes = passesOf(product.k);
  const auto [gated, reluGate, unfinished] = finishOf(epilogue);
  float* packedB = scratch;
  float* packedA = scratch + kDepth * kColumns;

  for (int64_t pass = 0; pass < passes; ++pass) {
    const int64_t begin = partBegin(product.k, 4, passes, pass);
    const int64_t depth = partBegin(product.k, 4, passes, pass + 1) - begin;
    const int64_t packedDepth = (depth + Packing::perFloat - 1) / Packing::perFloat;
    const bool finish = pass == passes - 1;
    const auto pack = [&](const Factor& factor, bool depthIsRow, int64_t first, int64_t count, int64_t vectors, float* packed) {
      if (depthIsRow)
        Packing::rows(factor.data + begin * factor.stride + first, factor.stride, depth, count, vectors, packed);
      else
        Packing::turned(factor.data + first * factor.stride + begin, factor.stride, depth, count, vectors, packed);
    };
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t row = rows * t / tiles, count = rows * (t + 1) / tiles - row;
      pack(product.a, product.a.transposed, block.rowBegin + row, count, (count + kLanes - 1) / kLanes, packedA + t * packedDepth * kPackedRows);
    }
    for (int64_t j = block.columnBegin; j < block.columnEnd; j += kColumns) {
      Tile tile{};
      tile.depth = packedDepth;
      tile.columns = block.columnEnd - j < kColumns ? block.columnEnd - j : kColumns;
      const int64_t vectors = (tile.columns + kLanes - 1) / kLanes;
      pack(product.b, !product.b.transposed, j, tile.columns, vectors, packedB);
      tile.b = packedB;
      tile.bStride = vectors * kLanes;
      tile.cStride = product.cStride;
      tile.bias = finish && epilogue.bias != nullptr ? epilogue.bias + j : nullptr;
      tile.relu = finish && epilogue.activation == simd::Activation::relu;
      tile.gateStride = epilogue.gateStride;
      for (int64_t t = 0; t < tiles; ++t) {
        const int64_t first = rows * t / tiles, count = rows * (t + 1) / tiles - first;
        const int64_t row = block.rowBegin + first;
        tile.a = packedA + t * packedDepth * kPackedRows;
        tile.aStride = (count + kLanes - 1) / kLanes * kLanes;
        tile.c = product.c + row * product.cStride + j;
        addTo(tile, epilogue, pass, row, j);
        const float* gate = gated ? epilogue.gate + row * epilogue.gateStride + j : nullptr;
        tile.reluGate = finish && reluGate ? gate : nullptr;
        Packing::kernel(count, vectors)(tile);
        if (finish && unfinished) finishTile(epilogue, tile, gate, count);
      }
    }
  }
}

}  // namespace lamina::LAMINA_ISA
