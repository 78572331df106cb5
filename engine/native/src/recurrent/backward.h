/** Whole sequences back through a cell. Gradients of the sums stay in cache: after every few steps they are multiplied by the rows they belong to. */
namespace lamina::LAMINA_ISA {

/** Gradients of the sums, [block][kChunkRows][width], and the rows [kChunkRows, rowStride] that the weights were multiplied by. */
struct Chunk {
  float* sums;
  float* rows;
  int64_t count;

  float* sumsOf(int64_t block, int64_t row) const { return sums + (block * kChunkRows + row) * kWidth; }
};

/** One sequence at one step. */
struct BackwardRow {
  int64_t sequence, step;
  /** Gradients of state and cell; they take on what reaches the step before directly. */
  float* state;
  float* cell;
  /** Row of the chunk. */
  int64_t place;
};

template <Cell Kind, bool Usual> LAMINA_INLINE void backwardRow(const BackwardPass& pass, const Chunk& chunk, const BackwardRow& at) {
  const Recurrence& s = pass.shape;
  const int64_t record = at.sequence * s.steps + s.timeOf(at.step);
  const int64_t previous = at.step > 0 ? at.sequence * s.steps + s.timeOf(at.step - 1) : -1;
  const float* const dy = pass.everyStep ? pass.dy + record * s.units : at.step == s.steps - 1 ? pass.dy + at.sequence * s.units : nullptr;
  float* const row = chunk.rows + at.place * s.rowStride;
  copyLanes(row, pass.x + record * s.inputs, s.inputs);
  row[s.inputs + s.units] = 1.0f;
  for (int64_t unit = 0; unit < s.units; unit += kLanes) {
    const size_t lanes = static_cast<size_t>(s.units - unit < kLanes ? s.units - unit : kLanes);
    F dh = V::load(at.state + unit);
    if (dy != nullptr) dh = V::add(dh, loadLanes(dy + unit, lanes));
    const F before = previous < 0 ? V::zero() : loadLanes(pass.states + previous * s.units + unit, lanes);
    storeLanes(row + s.inputs + unit, lanes, before);
    F carried = V::zero();
    if constexpr (Kind == Cell::simple) {
      const F y = loadLanes(pass.states + record * s.units + unit, lanes);
      V::store(chunk.sumsOf(unit / kWidth, at.place) + unit % kWidth, throughActivation(Usual ? CellActivation::tanh : s.activation, dh, y));
    } else {
      F gate[4], gradient[4];
      LAMINA_UNROLL for (int g = 0; g < 4; ++g) gate[g] = loadLanes(pass.tape + (record * 4 + g) * s.units + unit, lanes);
      const CellActivation activation = Usual ? CellActivation::tanh : s.activation;
      if constexpr (Kind == Cell::lstm) {
        const F c = loadLanes(pass.cells + record * s.units + unit, lanes);
        const F out = Usual ? quotient(tanhFraction(c)) : activate(activation, c);
        const F dc = V::add(V::load(at.cell + unit), throughActivation(activation, V::mul(dh, gate[3]), out));
        const F cellBefore = previous < 0 ? V::zero() : loadLanes(pass.cells + previous * s.units + unit, lanes);
        gradient[0] = throughSigmoid(V::mul(dc, gate[2]), gate[0]);
        gradient[1] = throughSigmoid(V::mul(dc, cellBefore), gate[1]);
        gradient[2] = throughActivation(activation, V::mul(dc, gate[0]), gate[2]);
        gradient[3] = throughSigmoid(V::mul(dh, out), gate[3]);
        V::store(at.cell + unit, V::mul(dc, gate[1]));
      } else {
        const F candidate = throughActivation(activation, V::mul(dh, V::sub(V::set(1.0f), gate[0])), gate[2]);
        gradient[0] = throughSigmoid(V::mul(dh, V::sub(before, gate[2])), gate[0]);
        gradient[1] = throughSigmoid(V::mul(candidate, gate[3]), gate[1]);
        gradient[2] = V::mul(candidate, gate[1]);
        gradient[3] = candidate;
        carried = V::mul(dh, gate[0]);
      }
      float* const sums = chunk.sumsOf(unit / kLanes, at.place);
      LAMINA_UNROLL for (int g = 0; g < 4; ++g) V::store(sums + g * kLanes, gradient[g]);
    }
    V::store(at.state + unit, carried);
  }
}

/** sum += the gradients of one block's sums times its turned weights, all vectors of the block but `Skip`. */
template <int Rows, int Vectors, int Skip>
LAMINA_INLINE void addTurned(F (&sum)[Rows][Vectors], const Recurrence& s, int64_t block, const float* sums, const float* weights) {
  if (Skip < 0 && s.lanesOf(block, kBlockVectors - 1) == kLanes) return addProducts<Rows, Vectors, -1>(sum, sums, kWidth, kWidth, weights);
  for (int v = 0; v < kBlockVectors; ++v)
    if (v != Skip) addProducts<Rows, Vectors, -1>(sum, sums + v * kLanes, kWidth, s.lanesOf(block, v), weights + v * kLanes * kWidth);
}

/** Adds to Vectors vectors of the gradients of the states what one block of sums says. */
template <Cell Kind, int Rows, int Vectors>
static void recurBlock(const Recurrence& s, int64_t block, const float* sums, const float* weights, float* state) {
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::load(state + r * s.stateStride + v * kLanes);
  addTurned<Rows, Vectors, Kind == Cell::gru ? 3 : -1>(sum, s, block, sums, weights);
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) V::store(state + r * s.stateStride + v * kLanes, sum[r][v]);
}

template <Cell Kind, int Vectors, int... Row>
LAMINA_INLINE void recurRows(int64_t rows, const Recurrence& s, int64_t block, const float* sums, const float* weights, float* state,
                             std::integer_sequence<int, Row...>) {
  using Block = void (*)(const Recurrence&, int64_t, const float*, const float*, float*);
  constexpr Block blocks[] = {recurBlock<Kind, Row + 1, Vectors>...};
  blocks[rows - 1](s, block, sums, weights, state);
}

/** state += gradients of the sums of the chunk's rows from `first` on times the turned recurrent weights. */
template <Cell Kind> static void recur(const BackwardPass& pass, const Chunk& chunk, int64_t first, int64_t rows, float* state) {
  const Recurrence& s = pass.shape;
  constexpr auto all = std::make_integer_sequence<int, kRows>();
  for (int64_t column = 0; column < s.units; column += kWidth)
    for (int64_t block = 0; block < s.blocks; ++block) {
      const float* const weights = pass.recurrentWeights + (column / kWidth * s.blocks + block) * kWidth * kWidth;
      const int64_t vectors = (s.units - column + kLanes - 1) / kLanes;
      forParts(rows, [&](int64_t row, int64_t count) {
        const float* const sums = chunk.sumsOf(block, first + row);
        float* const target = state + row * s.stateStride + column;
        if (vectors == 1)
          recurRows<Kind, 1>(count, s, block, sums, weights, target, all);
        else if (vectors == 2)
          recurRows<Kind, 2>(count, s, block, sums, weights, target, all);
        else
          recurRows<Kind, 4>(count, s, block, sums, weights, target, all);
      });
    }
}

/** Gradients of Vectors vectors of the inputs of some rows. */
template <Cell Kind, int Rows, int Vectors>
static void inputBlock(const BackwardPass& pass, const Chunk& chunk, int64_t row, const float* weights, float (*result)[kWidth]) {
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::zero();
  for (int64_t block = 0; block < pass.shape.blocks; ++block)
    addTurned<Rows, Vectors, Kind == Cell::gru ? 2 : -1>(sum, pass.shape, block, chunk.sumsOf(block, row), weights + block * kWidth * kWidth);
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) V::store(result[r] + v * kLanes, sum[r][v]);
}

template <Cell Kind, int Vectors, int... Row>
LAMINA_INLINE void inputRows(int64_t rows, const BackwardPass& pass, const Chunk& chunk, int64_t row, const float* weights, float (*result)[kWidth],
                             std::integer_sequence<int, Row...>) {
  using Block = void (*)(const BackwardPass&, const Chunk&, int64_t, const float*, float(*)[kWidth]);
  constexpr Block blocks[] = {inputBlock<Kind, Row + 1, Vectors>...};
  blocks[rows - 1](pass, chunk, row, weights, result);
}

/** dx of the chunk's rows: `rows` sequences from `begin` on at each step, the last one read first. */
template <Cell Kind> static void inputGradients(const BackwardPass& pass, const Chunk& chunk, int64_t begin, int64_t rows, int64_t lastStep) {
  const Recurrence& s = pass.shape;
  constexpr auto all = std::make_integer_sequence<int, kRows>();
  for (int64_t column = 0; column < s.inputs; column += kWidth) {
    const float* const weights = pass.inputWeights + column * s.blocks * kWidth;
    const int64_t columns = s.inputs - column < kWidth ? s.inputs - column : kWidth;
    forParts(chunk.count, [&](int64_t row, int64_t count) {
      float result[kRows][kWidth];
      if (columns <= kLanes)
        inputRows<Kind, 1>(count, pass, chunk, row, weights, result, all);
      else if (columns <= 2 * kLanes)
        inputRows<Kind, 2>(count, pass, chunk, row, weights, result, all);
      else
        inputRows<Kind, 4>(count, pass, chunk, row, weights, result, all);
      for (int64_t r = 0; r < count; ++r) {
        const int64_t sequence = begin + (row + r) % rows, time = s.timeOf(lastStep - (row + r) / rows);
        copyLanes(pass.dx + (sequence * s.steps + time) * s.inputs + column, result[r], columns);
      }
    });
  }
}

template <int Vectors, int Skip, int... Row>
LAMINA_INLINE void outerRows(int64_t rows, const float* a, int64_t stride, const float* b, int64_t depth, bool first, float* c,
                             std::integer_sequence<int, Row...>) {
  using Outer = void (*)(const float*, int64_t, const float*, int64_t, bool, float*);
  constexpr Outer outers[] = {addOuter<Row + 1, Vectors, Skip>...};
  outers[rows - 1](a, stride, b, depth, first, c);
}

/** Adds the products of the chunk's rows and gradients to those of the weights, rows [begin, end) of them. */
template <int Vectors, int Skip>
LAMINA_INLINE void weightRows(const Recurrence& s, const Chunk& chunk, int64_t block, int64_t begin, int64_t end, bool first, float* gradients) {
  float* const c = gradients + (block * s.weightRows() + begin) * kWidth;
  forParts(end - begin, [&](int64_t row, int64_t count) {
    outerRows<Vectors, Skip>(count, chunk.rows + begin + row, s.rowStride, chunk.sumsOf(block, 0), chunk.count, first, c + row * kWidth,
                             std::make_integer_sequence<int, kRows>());
  });
}

template <Cell Kind> static void weightGradients(const Recurrence& s, const Chunk& chunk, bool first, float* gradients) {
  for (int64_t block = 0; block < s.blocks; ++block) {
    if constexpr (Kind == Cell::gru) {
      weightRows<4, 2>(s, chunk, block, 0, s.inputs, first, gradients);
      weightRows<4, 3>(s, chunk, block, s.inputs, s.inputs + s.units, first, gradients);
      weightRows<4, -1>(s, chunk, block, s.inputs + s.units, s.weightRows(), first, gradients);
    } else if (Kind == Cell::lstm || s.lanesOf(block, 2) > 0) {
      weightRows<4, -1>(s, chunk, block, 0, s.weightRows(), first, gradients);
    } else if (s.lanesOf(block, 1) > 0) {
      weightRows<2, -1>(s, chunk, block, 0, s.weightRows(), first, gradients);
    } else {
      weightRows<1, -1>(s, chunk, block, 0, s.weightRows(), first, gradients);
    }
  }
}

template <Cell Kind, bool Usual>
static void backwardTile(const BackwardPass& pass, int64_t begin, int64_t end, float* gradients, bool first, float* scratch) {
  const Recurrence& s = pass.shape;
  const int64_t rows = end - begin, stateFloats = kTileSequences * s.stateStride;
  float* const state = scratch;
  float* const cell = scratch + stateFloats;
  Chunk chunk{scratch + 2 * stateFloats, scratch + 2 * stateFloats + kChunkRows * s.blocks * kWidth, 0};
  for (int64_t i = 0; i < 2 * stateFloats; ++i) scratch[i] = 0;
  int64_t lastStep = s.steps - 1;
  for (int64_t step = s.steps - 1; step >= 0; --step) {
    for (int64_t row = 0; row < rows; ++row)
      backwardRow<Kind, Usual>(pass, chunk, {begin + row, step, state + row * s.stateStride, cell + row * s.stateStride, chunk.count + row});
    if (step > 0) recur<Kind>(pass, chunk, chunk.count, rows, state);
    chunk.count += rows;
    if (step > 0 && chunk.count + rows <= kChunkRows) continue;
    if (gradients != nullptr) weightGradients<Kind>(s, chunk, first, gradients);
    if (pass.dx != nullptr) inputGradients<Kind>(pass, chunk, begin, rows, lastStep);
    first = false;
    chunk.count = 0;
    lastStep = step - 1;
  }
}

template <Cell Kind> static void backwardOf(const BackwardPass& pass, int64_t begin, int64_t end, float* gradients, bool first, float* scratch) {
  if (pass.shape.activation == CellActivation::tanh)
    backwardTile<Kind, true>(pass, begin, end, gradients, first, scratch);
  else
    backwardTile<Kind, false>(pass, begin, end, gradients, first, scratch);
}

static void backward(const BackwardPass& pass, int64_t begin, int64_t end, float* gradients, bool first, float* scratch) {
  switch (pass.shape.cell) {
    case Cell::simple: backwardOf<Cell::simple>(pass, begin, end, gradients, first, scratch); return;
    case Cell::lstm: backwardOf<Cell::lstm>(pass, begin, end, gradients, first, scratch); return;
    case Cell::gru: backwardOf<Cell::gru>(pass, begin, end, gradients, first, scratch); return;
  }
}

}  // namespace lamina::LAMINA_ISA
