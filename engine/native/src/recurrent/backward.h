/** Whole sequences back through a cell. Gradients of the sums stay in cache: after every few steps they are multiplied by the rows they belong to. */
namespace lamina::LAMINA_ISA {

/** Gradients of the sums, [block][kChunkRows][width], and the rows [variants][kChunkRows, rowStride] that the weights were multiplied by. */
struct Chunk {
  float* sums;
  float* rows;
  int64_t count;

  float* sumsOf(int64_t block, int64_t row) const { return sums + (block * kChunkRows + row) * kWidth; }
};

/** Vectors of a block that take part in a product, a bit each. */
constexpr int kAllVectors = 15;
/** Of a GRU: those the recurrent kernel has a part in, and the input kernel. */
constexpr int kRecurrentVectors = 7, kInputVectors = 11;

/** One sequence at one step. */
struct BackwardRow {
  int64_t sequence, step;
  /** Gradients of state and cell; they take on what reaches the step before directly. */
  float* state;
  float* cell;
  /** Row of the chunk. */
  int64_t place;
};

/** One vector of units of a step: what the rows of its gates are from the state before. */
LAMINA_INLINE void storeBefore(const BackwardPass& pass, const Chunk& chunk, const BackwardRow& at, int64_t unit, size_t lanes, F before, F reset) {
  const Recurrence& s = pass.shape;
  for (int64_t variant = 0; variant < s.variants; ++variant) {
    const float* const factors = pass.omit.recurrentOf(s, at.sequence, variant);
    F h = factors == nullptr ? before : V::mul(before, loadLanes(factors + unit, lanes));
    if (!s.resetAfter && variant == 2) h = V::mul(reset, h);
    storeLanes(chunk.rows + (variant * kChunkRows + at.place) * s.rowStride + s.inputs + unit, lanes, h);
  }
}

/** A step that is left out: its gradient belongs to the step before. */
LAMINA_INLINE void backwardSkipped(const BackwardPass& pass, const Chunk& chunk, const BackwardRow& at, const float* dy) {
  const Recurrence& s = pass.shape;
  for (int64_t block = 0; block < s.blocks; ++block)
    for (int v = 0; v < kBlockVectors; ++v) V::store(chunk.sumsOf(block, at.place) + v * kLanes, V::zero());
  for (int64_t unit = 0; unit < s.units; unit += kLanes) {
    const size_t lanes = static_cast<size_t>(s.units - unit < kLanes ? s.units - unit : kLanes);
    storeBefore(pass, chunk, at, unit, lanes, V::zero(), V::zero());
    if (dy != nullptr) V::store(at.state + unit, V::add(V::load(at.state + unit), loadLanes(dy + unit, lanes)));
  }
}

template <Cell Kind, bool Usual> LAMINA_INLINE void backwardRow(const BackwardPass& pass, const Chunk& chunk, const BackwardRow& at) {
  const Recurrence& s = pass.shape;
  const int64_t record = at.sequence * s.steps + s.timeOf(at.step);
  const int64_t previous = at.step > 0 ? at.sequence * s.steps + s.timeOf(at.step - 1) : -1;
  const bool skipped = pass.omit.skips(record);
  const float* dy = pass.everyStep ? pass.dy + record * s.units : at.step == s.steps - 1 ? pass.dy + at.sequence * s.units : nullptr;
  if (skipped && pass.omit.zeroOutput) dy = nullptr;
  for (int64_t variant = 0; variant < s.variants; ++variant) {
    float* const row = chunk.rows + (variant * kChunkRows + at.place) * s.rowStride;
    copyLanes(row, pass.x + record * s.inputs, s.inputs, pass.omit.inputOf(s, at.sequence, variant));
    row[s.inputs + s.units] = 1.0f;
  }
  if (skipped) return backwardSkipped(pass, chunk, at, dy);
  const CellActivation activation = Usual ? CellActivation::tanh : s.activation;
  const CellActivation recurrent = Usual ? CellActivation::sigmoid : s.recurrentActivation;
  for (int64_t unit = 0; unit < s.units; unit += kLanes) {
    const size_t lanes = static_cast<size_t>(s.units - unit < kLanes ? s.units - unit : kLanes);
    F dh = V::load(at.state + unit);
    if (dy != nullptr) dh = V::add(dh, loadLanes(dy + unit, lanes));
    const F before = previous < 0 ? V::zero() : loadLanes(pass.states + previous * s.units + unit, lanes);
    F carried = V::zero(), reset = V::zero();
    if constexpr (Kind == Cell::simple) {
      const F y = loadLanes(pass.states + record * s.units + unit, lanes);
      V::store(chunk.sumsOf(unit / kWidth, at.place) + unit % kWidth, throughActivation(activation, dh, y));
    } else {
      F gate[4], gradient[4];
      LAMINA_UNROLL for (int g = 0; g < 4; ++g) gate[g] = loadLanes(pass.tape + (record * 4 + g) * s.units + unit, lanes);
      if constexpr (Kind == Cell::lstm) {
        const F c = loadLanes(pass.cells + record * s.units + unit, lanes);
        const F out = Usual ? quotient(tanhFraction(c)) : activate(activation, c);
        const F dc = V::add(V::load(at.cell + unit), throughActivation(activation, V::mul(dh, gate[3]), out));
        const F cellBefore = previous < 0 ? V::zero() : loadLanes(pass.cells + previous * s.units + unit, lanes);
        gradient[0] = throughActivation(recurrent, V::mul(dc, gate[2]), gate[0]);
        gradient[1] = throughActivation(recurrent, V::mul(dc, cellBefore), gate[1]);
        gradient[2] = throughActivation(activation, V::mul(dc, gate[0]), gate[2]);
        gradient[3] = throughActivation(recurrent, V::mul(dh, out), gate[3]);
        V::store(at.cell + unit, V::mul(dc, gate[1]));
      } else {
        reset = gate[1];
        const F candidate = throughActivation(activation, V::mul(dh, V::sub(V::set(1.0f), gate[0])), gate[2]);
        gradient[0] = throughActivation(recurrent, V::mul(dh, V::sub(before, gate[2])), gate[0]);
        gradient[1] = throughActivation(recurrent, V::mul(candidate, gate[3]), gate[1]);
        gradient[2] = s.resetAfter ? V::mul(candidate, reset) : candidate;
        gradient[3] = candidate;
        carried = V::mul(dh, gate[0]);
      }
      float* const sums = chunk.sumsOf(unit / kLanes, at.place);
      LAMINA_UNROLL for (int g = 0; g < 4; ++g) V::store(sums + g * kLanes, gradient[g]);
    }
    storeBefore(pass, chunk, at, unit, lanes, before, reset);
    V::store(at.state + unit, carried);
  }
}

/** sum += the gradients of one block's sums times its turned weights, those vectors that have a bit in `taken`. */
template <int Rows, int Vectors>
LAMINA_INLINE void addTurned(F (&sum)[Rows][Vectors], const Recurrence& s, int64_t block, int taken, const float* sums, const float* weights) {
  if (taken == kAllVectors && s.lanesOf(block, kBlockVectors - 1) == kLanes)
    return addProducts<Rows, Vectors, -1>(sum, sums, kWidth, kWidth, weights);
  for (int v = 0; v < kBlockVectors; ++v)
    if ((taken >> v & 1) != 0) addProducts<Rows, Vectors, -1>(sum, sums + v * kLanes, kWidth, s.lanesOf(block, v), weights + v * kLanes * kWidth);
}

/** Adds to Vectors vectors of `to` what one block of sums says. */
template <int Rows, int Vectors>
static void turnedBlock(const Recurrence& s, int64_t block, int taken, const float* sums, const float* weights, float* to, int64_t stride) {
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::load(to + r * stride + v * kLanes);
  addTurned<Rows, Vectors>(sum, s, block, taken, sums, weights);
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) V::store(to + r * stride + v * kLanes, sum[r][v]);
}

template <int Vectors, int... Row>
LAMINA_INLINE void turnedRows(int64_t rows, const Recurrence& s, int64_t block, int taken, const float* sums, const float* weights, float* to,
                              int64_t stride, std::integer_sequence<int, Row...>) {
  using Block = void (*)(const Recurrence&, int64_t, int, const float*, const float*, float*, int64_t);
  static constexpr Block blocks[] = {turnedBlock<Row + 1, Vectors>...};
  blocks[rows - 1](s, block, taken, sums, weights, to, stride);
}

/** to [rows, stride] += gradients of the sums of the chunk's rows from `first` on times turned weights, of which `width` columns are left. */
static void addThrough(const Recurrence& s, const Chunk& chunk, int64_t first, int64_t rows, int taken, const float* weights, int64_t width, float* to,
                       int64_t stride) {
  constexpr auto all = std::make_integer_sequence<int, kRows>();
  for (int64_t block = 0; block < s.blocks; ++block, weights += kWidth * kWidth)
    forParts(rows, [&](int64_t row, int64_t count) {
      const float* const sums = chunk.sumsOf(block, first + row);
      float* const target = to + row * stride;
      if (width <= kLanes)
        turnedRows<1>(count, s, block, taken, sums, weights, target, stride, all);
      else if (width <= 2 * kLanes)
        turnedRows<2>(count, s, block, taken, sums, weights, target, stride, all);
      else
        turnedRows<4>(count, s, block, taken, sums, weights, target, stride, all);
    });
}

/** Gradients of the states [rows, stateStride] that reach them through the recurrent weights. */
static void addToStates(const BackwardPass& pass, const Chunk& chunk, int64_t first, int64_t rows, int taken, float* to) {
  const Recurrence& s = pass.shape;
  for (int64_t column = 0; column < s.units; column += kWidth)
    addThrough(s, chunk, first, rows, taken, pass.recurrentWeights + column * s.blocks * kWidth, s.units - column, to + column, s.stateStride);
}

/** The same for some gates whose states were multiplied by numbers of a variant; `held` has room for the states. */
static void addToStatesTimes(const BackwardPass& pass, const Chunk& chunk, int64_t begin, int64_t rows, int taken, int64_t variant, float* state,
                             float* held) {
  const Recurrence& s = pass.shape;
  for (int64_t i = 0; i < rows * s.stateStride; ++i) held[i] = 0;
  addToStates(pass, chunk, chunk.count, rows, taken, held);
  for (int64_t row = 0; row < rows; ++row) {
    const float* const factors = pass.omit.recurrentOf(s, begin + row, variant);
    float* const from = held + row * s.stateStride;
    if (factors != nullptr) copyLanes(from, from, s.units, factors);
    float* const to = state + row * s.stateStride;
    for (int64_t unit = 0; unit < s.units; unit += kLanes) V::store(to + unit, V::add(V::load(to + unit), V::load(from + unit)));
  }
}

/** Of a GRU that resets before: the gradient of its reset gates, through the candidate's product with what they let pass. */
static void resetGradients(const BackwardPass& pass, const Chunk& chunk, int64_t begin, int64_t step, int64_t rows, float* state, float* held) {
  const Recurrence& s = pass.shape;
  for (int64_t i = 0; i < rows * s.stateStride; ++i) held[i] = 0;
  addToStates(pass, chunk, chunk.count, rows, 1 << 2, held);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t record = (begin + row) * s.steps + s.timeOf(step);
    const float* const before = step > 0 ? pass.states + ((begin + row) * s.steps + s.timeOf(step - 1)) * s.units : nullptr;
    const float* const factors = pass.omit.recurrentOf(s, begin + row, 2);
    for (int64_t unit = 0; unit < s.units; unit += kLanes) {
      const size_t lanes = static_cast<size_t>(s.units - unit < kLanes ? s.units - unit : kLanes);
      const F gate = loadLanes(pass.tape + (record * 4 + 1) * s.units + unit, lanes);
      F g = V::load(held + row * s.stateStride + unit);
      if (factors != nullptr) g = V::mul(g, loadLanes(factors + unit, lanes));
      const F h = before == nullptr ? V::zero() : loadLanes(before + unit, lanes);
      V::store(chunk.sumsOf(unit / kLanes, chunk.count + row) + kLanes, throughActivation(s.recurrentActivation, V::mul(g, h), gate));
      float* const to = state + row * s.stateStride + unit;
      V::store(to, V::fma(g, gate, V::load(to)));
    }
  }
}

/** dx of the chunk's rows: `rows` sequences from `begin` on at each step, the last one read first. */
static void inputGradients(const BackwardPass& pass, const Chunk& chunk, int64_t begin, int64_t rows, int64_t lastStep) {
  const Recurrence& s = pass.shape;
  const int all = s.cell == Cell::gru ? kInputVectors : kAllVectors;
  const int64_t variants = pass.omit.inputVariants > 1 ? s.variants : 1;
  for (int64_t column = 0; column < s.inputs; column += kWidth) {
    const float* const weights = pass.inputWeights + column * s.blocks * kWidth;
    const int64_t columns = s.inputs - column < kWidth ? s.inputs - column : kWidth;
    forParts(chunk.count, [&](int64_t row, int64_t count) {
      for (int64_t variant = 0; variant < variants; ++variant) {
        float result[kRows * kWidth] = {};
        const int own = s.cell == Cell::gru && variant == 2 ? 1 << 3 : 1 << variant;
        addThrough(s, chunk, row, count, variants == 1 ? all : own, weights, columns, result, kWidth);
        for (int64_t r = 0; r < count; ++r) {
          const int64_t sequence = begin + (row + r) % rows, time = s.timeOf(lastStep - (row + r) / rows);
          const float* const factors = pass.omit.inputOf(s, sequence, variant);
          float* const to = pass.dx + (sequence * s.steps + time) * s.inputs + column;
          if (variant == 0)
            copyLanes(to, result + r * kWidth, columns, factors == nullptr ? nullptr : factors + column);
          else
            for (int64_t i = 0; i < columns; ++i) to[i] += result[r * kWidth + i] * factors[column + i];
        }
      }
    });
  }
}

template <int Vectors, int Skip, int... Row>
LAMINA_INLINE void outerRows(int64_t rows, const float* a, int64_t stride, const float* b, int64_t depth, bool first, float* c,
                             std::integer_sequence<int, Row...>) {
  using Outer = void (*)(const float*, int64_t, const float*, int64_t, bool, float*);
  static constexpr Outer outers[] = {addOuter<Row + 1, Vectors, Skip>...};
  outers[rows - 1](a, stride, b, depth, first, c);
}

/** Adds the products of the chunk's rows and gradients to those of the weights, rows [begin, end) of them and Vectors vectors from `vector` on. */
template <int Vectors, int Skip>
static void weightRows(const Recurrence& s, const Chunk& chunk, int64_t block, int64_t begin, int64_t end, bool first, float* gradients,
                       int vector = 0) {
  float* const c = gradients + (block * s.weightRows() + begin) * kWidth + vector * kLanes;
  const float* const rows = chunk.rows + s.variantOf(vector) * kChunkRows * s.rowStride + begin;
  forParts(end - begin, [&](int64_t row, int64_t count) {
    outerRows<Vectors, Skip>(count, rows + row, s.rowStride, chunk.sumsOf(block, 0) + vector * kLanes, chunk.count, first, c + row * kWidth,
                             std::make_integer_sequence<int, kRows>());
  });
}

template <Cell Kind> static void weightGradients(const Recurrence& s, const Chunk& chunk, bool first, float* gradients) {
  for (int64_t block = 0; block < s.blocks; ++block) {
    if (s.variants > 1) {
      for (int v = 0; v < kBlockVectors; ++v) weightRows<1, -1>(s, chunk, block, 0, s.weightRows(), first, gradients, v);
    } else if constexpr (Kind == Cell::gru) {
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

/** What the gradients of a step's sums say of the states before it. */
static void recur(const BackwardPass& pass, const Chunk& chunk, int64_t begin, int64_t step, int64_t rows, float* state, float* held) {
  const Recurrence& s = pass.shape;
  const int all = s.cell == Cell::gru ? kRecurrentVectors : kAllVectors;
  if (!s.resetAfter) resetGradients(pass, chunk, begin, step, rows, state, held);
  if (step == 0) return;
  if (s.variants == 1) {
    if (pass.omit.recurrent == nullptr)
      addToStates(pass, chunk, chunk.count, rows, all, state);
    else
      addToStatesTimes(pass, chunk, begin, rows, all, 0, state, held);
    return;
  }
  const int64_t gates = s.resetAfter ? s.variants : 2;
  for (int64_t gate = 0; gate < gates; ++gate) addToStatesTimes(pass, chunk, begin, rows, 1 << gate, gate, state, held);
}

template <Cell Kind, bool Usual>
static void backwardTile(const BackwardPass& pass, int64_t begin, int64_t end, float* gradients, bool first, float* scratch) {
  const Recurrence& s = pass.shape;
  const int64_t rows = end - begin, stateFloats = kTileSequences * s.stateStride;
  float* const state = scratch;
  float* const cell = scratch + stateFloats;
  float* const held = scratch + 2 * stateFloats;
  float* const sums = scratch + 3 * stateFloats;
  Chunk chunk{sums, sums + kChunkRows * s.blocks * kWidth, 0};
  for (int64_t i = 0; i < 2 * stateFloats; ++i) scratch[i] = 0;
  int64_t lastStep = s.steps - 1;
  for (int64_t step = s.steps - 1; step >= 0; --step) {
    for (int64_t row = 0; row < rows; ++row)
      backwardRow<Kind, Usual>(pass, chunk, {begin + row, step, state + row * s.stateStride, cell + row * s.stateStride, chunk.count + row});
    recur(pass, chunk, begin, step, rows, state, held);
    chunk.count += rows;
    if (step > 0 && chunk.count + rows <= kChunkRows) continue;
    if (gradients != nullptr) weightGradients<Kind>(s, chunk, first, gradients);
    if (pass.dx != nullptr) inputGradients(pass, chunk, begin, rows, lastStep);
    first = false;
    chunk.count = 0;
    lastStep = step - 1;
  }
}

template <Cell Kind> static void backwardOf(const BackwardPass& pass, int64_t begin, int64_t end, float* gradients, bool first, float* scratch) {
  if (pass.shape.usual())
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
