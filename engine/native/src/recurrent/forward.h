/** Whole sequences through a cell: LAMINA_STEP_ROWS sequences at a time keep the sums of four vectors in registers until the gates are computed. */
namespace lamina::LAMINA_ISA {

/** Where the rows of one step lie. */
struct Step {
  int64_t first;  // sequence of the tile's first row
  int64_t row;    // first row inside the tile
  int64_t time;   // row of [N, T, ...] tensors
  int64_t step;
  int64_t block;
  float* rows;   // [variants][kTileSequences, rowStride]: input and state before
  float* next;   // the same for the next step
  float* state;  // [rows, stateStride]: where it is needed, see `keepsState`
  float* cell;   // [rows, stateStride]: cells of an LSTM; update gates of a GRU that resets before
  float* sums;   // [rows, stateStride]: what the candidate of such a GRU has from the input

  int64_t record(const Recurrence& s, int64_t row) const { return (first + row) * s.steps + time; }
};

LAMINA_INLINE bool keepsState(const ForwardPass& pass) { return pass.shape.cell == Cell::gru || pass.omit.mask != nullptr; }

/** Puts the new state of a vector of units where it is read, or the one before again at a step that is left out. */
LAMINA_INLINE void storeState(const ForwardPass& pass, const Step& at, int64_t row, int64_t unit, size_t lanes, F h) {
  const Recurrence& s = pass.shape;
  const int64_t sequence = at.first + row, record = at.record(s, row);
  F y = h;
  if (keepsState(pass)) {
    float* const state = at.state + row * s.stateStride + unit;
    if (pass.omit.skips(record)) {
      h = V::load(state);
      y = pass.omit.zeroOutput ? V::zero() : h;
    }
    V::store(state, h);
  }
  for (int64_t variant = 0; variant < s.variants; ++variant) {
    const float* const factors = pass.omit.recurrentOf(s, sequence, variant);
    float* const to = at.next + (variant * kTileSequences + row) * s.rowStride + s.inputs + unit;
    storeLanes(to, lanes, factors == nullptr ? h : V::mul(h, loadLanes(factors + unit, lanes)));
  }
  if (pass.states != nullptr) storeLanes(pass.states + record * s.units + unit, lanes, h);
  if (pass.everyStep)
    storeLanes(pass.y + record * s.units + unit, lanes, y);
  else if (at.step == s.steps - 1)
    storeLanes(pass.y + sequence * s.units + unit, lanes, y);
}

LAMINA_INLINE void storeGate(const ForwardPass& pass, const Step& at, int64_t row, int gate, int64_t unit, size_t lanes, F value) {
  const int64_t units = pass.shape.units;
  if (pass.tape != nullptr) storeLanes(pass.tape + (at.record(pass.shape, row) * 4 + gate) * units + unit, lanes, value);
}

/** Sums of a block to new states; `Usual` when the cell's functions are tanh and sigmoid. */
template <Cell Kind, bool Usual> LAMINA_INLINE void finishRow(const ForwardPass& pass, const Step& at, int64_t row, const F (&sum)[kBlockVectors]) {
  const Recurrence& s = pass.shape;
  if constexpr (Kind == Cell::simple) {
    for (int v = 0; v < kBlockVectors; ++v) {
      const int64_t unit = s.unitOf(at.block, v);
      if (unit >= s.units) break;
      storeState(pass, at, row, unit, static_cast<size_t>(s.lanesOf(at.block, v)),
                 Usual ? quotient(tanhFraction(sum[v])) : activate(s.activation, sum[v]));
    }
  } else {
    const int64_t unit = at.block * kLanes, place = row * s.stateStride + unit;
    const size_t lanes = static_cast<size_t>(s.lanesOf(at.block, 0));
    F gate[4], h;
    if constexpr (Kind == Cell::lstm) {
      if constexpr (Usual) {
        divide(sigmoidFraction(sum[0]), tanhFraction(sum[2]), gate[0], gate[2]);
        divide(sigmoidFraction(sum[1]), sigmoidFraction(sum[3]), gate[1], gate[3]);
      } else {
        LAMINA_UNROLL for (int g = 0; g < 4; ++g) gate[g] = activate(g == 2 ? s.activation : s.recurrentActivation, sum[g]);
      }
      const F before = V::load(at.cell + place);
      F c = V::fma(gate[1], before, V::mul(gate[0], gate[2]));
      h = V::mul(gate[3], Usual ? quotient(tanhFraction(c)) : activate(s.activation, c));
      if (pass.omit.skips(at.record(s, row))) c = before;
      V::store(at.cell + place, c);
      if (pass.cells != nullptr) storeLanes(pass.cells + at.record(s, row) * s.units + unit, lanes, c);
    } else {
      if constexpr (Usual) {
        divide(sigmoidFraction(sum[0]), sigmoidFraction(sum[1]), gate[0], gate[1]);
        gate[2] = quotient(tanhFraction(V::fma(gate[1], sum[2], sum[3])));
      } else {
        gate[0] = activate(s.recurrentActivation, sum[0]);
        gate[1] = activate(s.recurrentActivation, sum[1]);
        gate[2] = activate(s.activation, V::fma(gate[1], sum[2], sum[3]));
      }
      gate[3] = sum[2];
      h = V::fma(gate[0], V::sub(V::load(at.state + place), gate[2]), gate[2]);
    }
    storeState(pass, at, row, unit, lanes, h);
    LAMINA_UNROLL for (int g = 0; g < 4; ++g) storeGate(pass, at, row, g, unit, lanes, gate[g]);
  }
}

template <Cell Kind, bool Usual, int Rows> static void forwardBlock(const ForwardPass& pass, const Step& at) {
  const Recurrence& s = pass.shape;
  const float* const weights = pass.weights + at.block * (s.inputs + s.units) * kWidth;
  F sum[Rows][kBlockVectors];
  LAMINA_UNROLL for (int v = 0; v < kBlockVectors; ++v) {
    const F start = V::load(pass.bias + at.block * kWidth + v * kLanes);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) sum[r][v] = start;
  }
  const float* const rows = at.rows + at.row * s.rowStride;
  if constexpr (Kind == Cell::gru) {
    addProducts<Rows, kBlockVectors, 2>(sum, rows, s.rowStride, s.inputs, weights);
    if (at.step > 0) addProducts<Rows, kBlockVectors, 3>(sum, rows + s.inputs, s.rowStride, s.units, weights + s.inputs * kWidth);
  } else {
    addProducts<Rows, kBlockVectors, -1>(sum, rows, s.rowStride, at.step > 0 ? s.inputs + s.units : s.inputs, weights);
  }
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r) finishRow<Kind, Usual>(pass, at, at.row + r, sum[r]);
}

/** Vector v of the sums of a block, of the rows that belong to its gate. */
template <int Rows> LAMINA_INLINE void sumGate(const ForwardPass& pass, const Step& at, int v, F (&sum)[Rows][1]) {
  const Recurrence& s = pass.shape;
  const float* const weights = pass.weights + at.block * (s.inputs + s.units) * kWidth + v * kLanes;
  const float* const rows = at.rows + (s.variantOf(v) * kTileSequences + at.row) * s.rowStride;
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r) sum[r][0] = V::load(pass.bias + at.block * kWidth + v * kLanes);
  if (s.columnOf(at.block, v, false) >= 0) addProducts<Rows, 1, -1>(sum, rows, s.rowStride, s.inputs, weights);
  if (at.step > 0 && s.columnOf(at.block, v, true) >= 0)
    addProducts<Rows, 1, -1>(sum, rows + s.inputs, s.rowStride, s.units, weights + s.inputs * kWidth);
}

/** `forwardBlock` of gates that do not see the same rows. */
template <Cell Kind, bool Usual, int Rows> static void forwardApart(const ForwardPass& pass, const Step& at) {
  F sum[Rows][kBlockVectors], own[Rows][1];
  for (int v = 0; v < kBlockVectors; ++v) {
    sumGate<Rows>(pass, at, v, own);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) sum[r][v] = own[r][0];
  }
  for (int r = 0; r < Rows; ++r) finishRow<Kind, Usual>(pass, at, at.row + r, sum[r]);
}

/** The gates of a GRU that resets before: what its candidate is multiplied by is then known for all units. */
template <int Rows> static void resetBlock(const ForwardPass& pass, const Step& at) {
  const Recurrence& s = pass.shape;
  const int64_t unit = at.block * kLanes;
  const size_t lanes = static_cast<size_t>(s.lanesOf(at.block, 0));
  F update[Rows][1], reset[Rows][1], candidate[Rows][1];
  sumGate<Rows>(pass, at, 0, update);
  sumGate<Rows>(pass, at, 1, reset);
  sumGate<Rows>(pass, at, 3, candidate);
  for (int r = 0; r < Rows; ++r) {
    const int64_t row = at.row + r, place = row * s.stateStride + unit;
    const F z = activate(s.recurrentActivation, update[r][0]), gate = activate(s.recurrentActivation, reset[r][0]);
    V::store(at.cell + place, z);
    V::store(at.sums + place, candidate[r][0]);
    if (at.step > 0) {
      float* const state = at.rows + (2 * kTileSequences + row) * s.rowStride + s.inputs + unit;
      storeLanes(state, lanes, V::mul(gate, loadLanes(state, lanes)));
    }
    storeGate(pass, at, row, 0, unit, lanes, z);
    storeGate(pass, at, row, 1, unit, lanes, gate);
  }
}

/** Its candidate and state. */
template <int Rows> static void candidateBlock(const ForwardPass& pass, const Step& at) {
  const Recurrence& s = pass.shape;
  const int64_t unit = at.block * kLanes;
  const size_t lanes = static_cast<size_t>(s.lanesOf(at.block, 0));
  F recurrent[Rows][1];
  sumGate<Rows>(pass, at, 2, recurrent);
  for (int r = 0; r < Rows; ++r) {
    const int64_t row = at.row + r, place = row * s.stateStride + unit;
    const F candidate = activate(s.activation, V::add(V::load(at.sums + place), recurrent[r][0]));
    storeState(pass, at, row, unit, lanes, V::fma(V::load(at.cell + place), V::sub(V::load(at.state + place), candidate), candidate));
    storeGate(pass, at, row, 2, unit, lanes, candidate);
    storeGate(pass, at, row, 3, unit, lanes, recurrent[r][0]);
  }
}

using ForwardBlock = void (*)(const ForwardPass&, const Step&);

/** One phase of a step for all blocks and rows; `phase[n - 1]` takes n rows. */
LAMINA_INLINE void forBlocks(const ForwardPass& pass, Step& at, int64_t rows, const ForwardBlock (&phase)[kRows]) {
  for (at.block = 0; at.block < pass.shape.blocks; ++at.block)
    forParts(rows, [&](int64_t first, int64_t count) {
      at.row = first;
      phase[count - 1](pass, at);
    });
}

template <Cell Kind, bool Usual, int... Row>
static void forwardTile(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch, std::integer_sequence<int, Row...>) {
  static constexpr ForwardBlock together[] = {forwardBlock<Kind, Usual, Row + 1>...}, apart[] = {forwardApart<Kind, Usual, Row + 1>...};
  static constexpr ForwardBlock gates[] = {resetBlock<Row + 1>...}, candidates[] = {candidateBlock<Row + 1>...};
  const Recurrence& s = pass.shape;
  const int64_t rows = end - begin, side = s.variants * kTileSequences * s.rowStride;
  Step at{};
  at.first = begin;
  at.state = scratch + 2 * side;
  at.cell = at.state + kTileSequences * s.stateStride;
  at.sums = at.cell + kTileSequences * s.stateStride;
  for (int64_t i = 0; i < 2 * kTileSequences * s.stateStride; ++i) at.state[i] = 0;
  const auto read = [&](int64_t step, float* to) {
    for (int64_t variant = 0; variant < s.variants; ++variant)
      for (int64_t row = 0; row < rows; ++row)
        copyLanes(to + (variant * kTileSequences + row) * s.rowStride, pass.x + ((begin + row) * s.steps + s.timeOf(step)) * s.inputs, s.inputs,
                  pass.omit.inputOf(s, begin + row, variant));
  };
  read(0, scratch);
  for (at.step = 0; at.step < s.steps; ++at.step) {
    at.time = s.timeOf(at.step);
    at.rows = scratch + at.step % 2 * side;
    at.next = scratch + (at.step + 1) % 2 * side;
    if (!s.resetAfter) {
      forBlocks(pass, at, rows, gates);
      forBlocks(pass, at, rows, candidates);
    } else {
      forBlocks(pass, at, rows, s.variants == 1 ? together : apart);
    }
    if (at.step + 1 < s.steps) read(at.step + 1, at.next);
  }
}

template <Cell Kind> static void forwardOf(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  constexpr auto all = std::make_integer_sequence<int, kRows>();
  if (pass.shape.usual())
    forwardTile<Kind, true>(pass, begin, end, scratch, all);
  else
    forwardTile<Kind, false>(pass, begin, end, scratch, all);
}

static void forward(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  switch (pass.shape.cell) {
    case Cell::simple: forwardOf<Cell::simple>(pass, begin, end, scratch); return;
    case Cell::lstm: forwardOf<Cell::lstm>(pass, begin, end, scratch); return;
    case Cell::gru: forwardOf<Cell::gru>(pass, begin, end, scratch); return;
  }
}

}  // namespace lamina::LAMINA_ISA
