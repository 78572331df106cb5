/** Whole sequences through a cell: LAMINA_STEP_ROWS sequences at a time keep the sums of four vectors in registers until the gates are computed. */
namespace lamina::LAMINA_ISA {

/** Where the rows of one step lie. */
struct Step {
  int64_t first;   // sequence of the tile's first row
  int64_t row;     // first row inside the tile
  int64_t time;    // row of [N, T, ...] tensors
  int64_t step;
  int64_t block;
  const float* rows;  // [rows, rowStride]: input and state before
  float* next;        // the same for the next step
  float* state;       // [rows, stateStride]
  float* cell;        // [rows, stateStride], LSTM
};

/** Puts the new state of a vector of units where it is read. */
LAMINA_INLINE void storeState(const ForwardPass& pass, const Step& at, int64_t row, int64_t unit, size_t lanes, F h) {
  const Recurrence& s = pass.shape;
  const int64_t sequence = at.first + row, record = sequence * s.steps + at.time;
  storeLanes(at.next + row * s.rowStride + s.inputs + unit, lanes, h);
  if (pass.states != nullptr) storeLanes(pass.states + record * s.units + unit, lanes, h);
  if (pass.everyStep)
    storeLanes(pass.y + record * s.units + unit, lanes, h);
  else if (at.step == s.steps - 1)
    storeLanes(pass.y + sequence * s.units + unit, lanes, h);
}

/** Sums of a block to new states; `Usual` when the cell is one of tanh and sigmoid. */
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
        gate[0] = sigmoid(sum[0]);
        gate[1] = sigmoid(sum[1]);
        gate[2] = activate(s.activation, sum[2]);
        gate[3] = sigmoid(sum[3]);
      }
      const F c = V::fma(gate[1], V::load(at.cell + place), V::mul(gate[0], gate[2]));
      h = V::mul(gate[3], Usual ? quotient(tanhFraction(c)) : activate(s.activation, c));
      V::store(at.cell + place, c);
      if (pass.cells != nullptr) storeLanes(pass.cells + ((at.first + row) * s.steps + at.time) * s.units + unit, lanes, c);
    } else {
      if constexpr (Usual) {
        divide(sigmoidFraction(sum[0]), sigmoidFraction(sum[1]), gate[0], gate[1]);
        gate[2] = quotient(tanhFraction(V::fma(gate[1], sum[2], sum[3])));
      } else {
        gate[0] = sigmoid(sum[0]);
        gate[1] = sigmoid(sum[1]);
        gate[2] = activate(s.activation, V::fma(gate[1], sum[2], sum[3]));
      }
      gate[3] = sum[2];
      h = V::fma(gate[0], V::sub(V::load(at.state + place), gate[2]), gate[2]);
      V::store(at.state + place, h);
    }
    storeState(pass, at, row, unit, lanes, h);
    if (pass.tape != nullptr) {
      float* const tape = pass.tape + ((at.first + row) * s.steps + at.time) * 4 * s.units + unit;
      LAMINA_UNROLL for (int g = 0; g < 4; ++g) storeLanes(tape + g * s.units, lanes, gate[g]);
    }
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

template <Cell Kind, bool Usual, int... Row>
LAMINA_INLINE void forwardRows(int64_t rows, const ForwardPass& pass, const Step& at, std::integer_sequence<int, Row...>) {
  using Block = void (*)(const ForwardPass&, const Step&);
  constexpr Block blocks[] = {forwardBlock<Kind, Usual, Row + 1>...};
  blocks[rows - 1](pass, at);
}

template <Cell Kind, bool Usual> static void forwardTile(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  const Recurrence& s = pass.shape;
  const int64_t rows = end - begin;
  float* sides[2] = {scratch, scratch + kTileSequences * s.rowStride};
  Step at{};
  at.first = begin;
  at.state = scratch + 2 * kTileSequences * s.rowStride;
  at.cell = at.state + kTileSequences * s.stateStride;
  for (int64_t i = 0; i < 2 * kTileSequences * s.stateStride; ++i) at.state[i] = 0;
  const auto read = [&](int64_t step, float* side) {
    for (int64_t row = 0; row < rows; ++row)
      copyLanes(side + row * s.rowStride, pass.x + ((begin + row) * s.steps + s.timeOf(step)) * s.inputs, s.inputs);
  };
  read(0, sides[0]);
  for (at.step = 0; at.step < s.steps; ++at.step) {
    at.time = s.timeOf(at.step);
    at.rows = sides[at.step % 2];
    at.next = sides[(at.step + 1) % 2];
    for (at.block = 0; at.block < s.blocks; ++at.block)
      forParts(rows, [&](int64_t first, int64_t count) {
        at.row = first;
        forwardRows<Kind, Usual>(count, pass, at, std::make_integer_sequence<int, kRows>());
      });
    if (at.step + 1 < s.steps) read(at.step + 1, sides[(at.step + 1) % 2]);
  }
}

template <Cell Kind> static void forwardOf(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  if (pass.shape.activation == CellActivation::tanh)
    forwardTile<Kind, true>(pass, begin, end, scratch);
  else
    forwardTile<Kind, false>(pass, begin, end, scratch);
}

static void forward(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  switch (pass.shape.cell) {
    case Cell::simple: forwardOf<Cell::simple>(pass, begin, end, scratch); return;
    case Cell::lstm: forwardOf<Cell::lstm>(pass, begin, end, scratch); return;
    case Cell::gru: forwardOf<Cell::gru>(pass, begin, end, scratch); return;
  }
}

}  // namespace lamina::LAMINA_ISA
