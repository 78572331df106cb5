/**
 * Steps of recurrent cells for the instruction set opened by a vec_<isa>.h; LAMINA_STEP_ROWS sequences at a time keep the sums of four vectors
 * in registers, and the gates are computed on them before anything is stored.
 */
#include "../simd/math_functions.h"

namespace lamina::LAMINA_ISA {

constexpr int64_t kLanes = V::width;
constexpr int kRows = LAMINA_STEP_ROWS;

LAMINA_INLINE F loadLanes(const float* p, size_t lanes) { return lanes == V::width ? V::load(p) : V::loadPart(p, lanes); }
LAMINA_INLINE void storeLanes(float* p, size_t lanes, F a) {
  if (lanes == V::width)
    V::store(p, a);
  else
    V::storePart(p, lanes, a);
}

LAMINA_INLINE F activate(CellActivation activation, F x) {
  switch (activation) {
    case CellActivation::tanh: return tanh(x);
    case CellActivation::relu: return V::select(V::lessEqual(x, V::zero()), V::zero(), x);
    case CellActivation::sigmoid: return sigmoid(x);
    default: return x;
  }
}

/** g times the activation's derivative, which its output y expresses. */
LAMINA_INLINE F throughActivation(CellActivation activation, F g, F y) {
  const F one = V::set(1.0f);
  switch (activation) {
    case CellActivation::tanh: return V::mul(g, V::fnma(y, y, one));
    case CellActivation::relu: return V::select(V::lessEqual(y, V::zero()), V::zero(), g);
    case CellActivation::sigmoid: return V::mul(g, V::mul(y, V::sub(one, y)));
    default: return g;
  }
}
LAMINA_INLINE F throughSigmoid(F g, F y) { return V::mul(g, V::mul(y, V::sub(V::set(1.0f), y))); }

/** Adds `depth` numbers of each row times their weights to the sums, all vectors of a block but `Skip`. */
template <int Rows, int Vectors, int Skip>
LAMINA_INLINE void addProducts(F (&sum)[Rows][Vectors], const float* rows, int64_t stride, int64_t depth, const float* weights) {
  // Three rows share a pointer: their distances fit the addressing modes, so that all rows stay in registers.
  constexpr int groups = (Rows + 2) / 3;
  const float* group[groups];
  LAMINA_UNROLL for (int g = 0; g < groups; ++g) group[g] = rows + 3 * g * stride;
  for (int64_t k = 0; k < depth; ++k, weights += kBlockVectors * kLanes) {
    F right[Vectors];
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
      if (v != Skip) right[v] = V::load(weights + v * kLanes);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) {
      const F left = V::set(group[r / 3][(r % 3) * stride + k]);
      LAMINA_UNROLL for (int v = 0; v < Vectors; ++v)
        if (v != Skip) sum[r][v] = V::fma(left, right[v], sum[r][v]);
    }
  }
}

/** Where the rows of one step lie. */
struct Step {
  int64_t first;   // sequence of the tile's first row
  int64_t row;     // first row inside the tile
  int64_t time;    // row of [N, T, ...] tensors
  int64_t step;
  int64_t column;  // first unit of the block
  float* state;    // [rows, stateStride], new
  float* cell;     // [rows, stateStride], LSTM
  const float* old;
};

template <Cell Kind, int Rows> static void forwardBlock(const ForwardPass& pass, const Step& at, const float* weights, const float* bias) {
  const Recurrence& s = pass.shape;
  F sum[Rows][kBlockVectors];
  LAMINA_UNROLL for (int v = 0; v < kBlockVectors; ++v) {
    const F start = V::load(bias + v * kLanes);
    LAMINA_UNROLL for (int r = 0; r < Rows; ++r) sum[r][v] = start;
  }
  const int64_t sequence = at.first + at.row;
  addProducts<Rows, kBlockVectors, Kind == Cell::gru ? 3 : -1>(sum, pass.x + (sequence * s.steps + at.time) * s.inputs, s.steps * s.inputs, s.inputs,
                                                               weights);
  if (at.step > 0)
    addProducts<Rows, kBlockVectors, Kind == Cell::gru ? 2 : -1>(sum, at.old + at.row * s.stateStride, s.stateStride, s.units,
                                                                 weights + s.inputs * kBlockVectors * kLanes);
  for (int r = 0; r < Rows; ++r) {
    const int64_t record = (sequence + r) * s.steps + at.time;
    if constexpr (Kind == Cell::simple) {
      for (int v = 0; v < kBlockVectors; ++v) {
        const int64_t unit = at.column + v * kLanes;
        if (unit >= s.units) break;
        const size_t lanes = static_cast<size_t>(s.units - unit < kLanes ? s.units - unit : kLanes);
        const F h = activate(s.activation, sum[r][v]);
        V::store(at.state + (at.row + r) * s.stateStride + unit, h);
        if (pass.states != nullptr) storeLanes(pass.states + record * s.units + unit, lanes, h);
        if (pass.last != nullptr && at.step == s.steps - 1) storeLanes(pass.last + (sequence + r) * s.units + unit, lanes, h);
      }
    } else {
      const int64_t unit = at.column;
      const size_t lanes = static_cast<size_t>(s.units - unit < kLanes ? s.units - unit : kLanes);
      const int64_t place = (at.row + r) * s.stateStride + unit;
      F gate[4], h;
      if constexpr (Kind == Cell::lstm) {
        gate[0] = sigmoid(sum[r][0]);
        gate[1] = sigmoid(sum[r][1]);
        gate[2] = activate(s.activation, sum[r][2]);
        gate[3] = sigmoid(sum[r][3]);
        const F before = at.step > 0 ? V::load(at.cell + place) : V::zero();
        const F c = V::fma(gate[1], before, V::mul(gate[0], gate[2]));
        h = V::mul(gate[3], activate(s.activation, c));
        V::store(at.cell + place, c);
        if (pass.cells != nullptr) storeLanes(pass.cells + record * s.units + unit, lanes, c);
      } else {
        gate[0] = sigmoid(sum[r][0]);
        gate[1] = sigmoid(sum[r][1]);
        gate[2] = activate(s.activation, V::fma(gate[1], sum[r][3], sum[r][2]));
        gate[3] = sum[r][3];
        const F before = at.step > 0 ? V::load(at.old + place) : V::zero();
        h = V::fma(gate[0], V::sub(before, gate[2]), gate[2]);
      }
      V::store(at.state + place, h);
      if (pass.states != nullptr) storeLanes(pass.states + record * s.units + unit, lanes, h);
      if (pass.last != nullptr && at.step == s.steps - 1) storeLanes(pass.last + (sequence + r) * s.units + unit, lanes, h);
      if (pass.tape != nullptr)
        LAMINA_UNROLL for (int g = 0; g < 4; ++g) storeLanes(pass.tape + (record * 4 + g) * s.units + unit, lanes, gate[g]);
    }
  }
}

template <Cell Kind, int... Row>
static void forwardRows(int64_t rows, const ForwardPass& pass, const Step& at, const float* weights, const float* bias, std::integer_sequence<int, Row...>) {
  using Block = void (*)(const ForwardPass&, const Step&, const float*, const float*);
  constexpr Block blocks[] = {forwardBlock<Kind, Row + 1>...};
  blocks[rows - 1](pass, at, weights, bias);
}

template <Cell Kind> static void forwardTile(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  const Recurrence& s = pass.shape;
  const int64_t rows = end - begin, parts = (rows + kRows - 1) / kRows;
  const int64_t width = Kind == Cell::simple ? kBlockVectors * kLanes : kLanes;
  const int64_t stateFloats = kTileSequences * s.stateStride;
  float* states[2] = {scratch, scratch + stateFloats};
  Step at{};
  at.first = begin;
  at.cell = scratch + 2 * stateFloats;
  for (at.step = 0; at.step < s.steps; ++at.step) {
    at.time = s.timeOf(at.step);
    at.old = states[at.step % 2];
    at.state = states[(at.step + 1) % 2];
    int64_t block = 0;
    for (at.column = 0; at.column < s.units; at.column += width, ++block)
      for (int64_t part = 0; part < parts; ++part) {
        at.row = rows * part / parts;
        forwardRows<Kind>(rows * (part + 1) / parts - at.row, pass, at, pass.weights + block * (s.inputs + s.units) * kBlockVectors * kLanes,
                          pass.bias + block * kBlockVectors * kLanes, std::make_integer_sequence<int, kRows>());
      }
  }
}

static void forward(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  switch (pass.shape.cell) {
    case Cell::simple: forwardTile<Cell::simple>(pass, begin, end, scratch); return;
    case Cell::lstm: forwardTile<Cell::lstm>(pass, begin, end, scratch); return;
    case Cell::gru: forwardTile<Cell::gru>(pass, begin, end, scratch); return;
  }
}

/** state += rows of `sums` times the turned recurrent weights. */
template <int Rows, int Vectors> static void recurBlock(const float* sums, int64_t sumStride, int64_t depth, const float* weights, float* state, int64_t stride) {
  F sum[Rows][Vectors];
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = V::load(state + r * stride + v * kLanes);
  addProducts<Rows, Vectors, -1>(sum, sums, sumStride, depth, weights);
  LAMINA_UNROLL for (int r = 0; r < Rows; ++r)
    LAMINA_UNROLL for (int v = 0; v < Vectors; ++v) V::store(state + r * stride + v * kLanes, sum[r][v]);
}

template <int Vectors, int... Row>
LAMINA_INLINE void recurRows(int64_t rows, const float* sums, int64_t sumStride, int64_t depth, const float* weights, float* state, int64_t stride,
                             std::integer_sequence<int, Row...>) {
  using Block = void (*)(const float*, int64_t, int64_t, const float*, float*, int64_t);
  constexpr Block blocks[] = {recurBlock<Row + 1, Vectors>...};
  blocks[rows - 1](sums, sumStride, depth, weights, state, stride);
}

/** Gradients of one row's sums from those of its state (in `state`, which takes on the part that reaches the state before directly). */
template <Cell Kind> LAMINA_INLINE void backwardRow(const BackwardPass& pass, int64_t sequence, int64_t step, float* state, float* cell, float* sums) {
  const Recurrence& s = pass.shape;
  const int64_t record = sequence * s.steps + s.timeOf(step);
  const int64_t previous = step > 0 ? sequence * s.steps + s.timeOf(step - 1) : -1;
  const float* dy = pass.everyStep ? pass.dy + record * s.units : step == s.steps - 1 ? pass.dy + sequence * s.units : nullptr;
  for (int64_t unit = 0; unit < s.units; unit += kLanes) {
    const size_t lanes = static_cast<size_t>(s.units - unit < kLanes ? s.units - unit : kLanes);
    F dh = V::load(state + unit);
    if (dy != nullptr) dh = V::add(dh, loadLanes(dy + unit, lanes));
    const F before = previous < 0 ? V::zero() : loadLanes(pass.states + previous * s.units + unit, lanes);
    storeLanes(pass.before + record * s.units + unit, lanes, before);
    F carried = V::zero(), gradient[4];
    if constexpr (Kind == Cell::simple) {
      gradient[0] = throughActivation(s.activation, dh, loadLanes(pass.states + record * s.units + unit, lanes));
      storeLanes(sums + unit, lanes, gradient[0]);
      storeLanes(pass.dsums + record * s.sums + unit, lanes, gradient[0]);
    } else {
      F gate[4];
      LAMINA_UNROLL for (int g = 0; g < 4; ++g) gate[g] = loadLanes(pass.tape + (record * 4 + g) * s.units + unit, lanes);
      if constexpr (Kind == Cell::lstm) {
        const F out = activate(s.activation, loadLanes(pass.cells + record * s.units + unit, lanes));
        const F dc = V::add(V::load(cell + unit), throughActivation(s.activation, V::mul(dh, gate[3]), out));
        const F cellBefore = previous < 0 ? V::zero() : loadLanes(pass.cells + previous * s.units + unit, lanes);
        gradient[0] = throughSigmoid(V::mul(dc, gate[2]), gate[0]);
        gradient[1] = throughSigmoid(V::mul(dc, cellBefore), gate[1]);
        gradient[2] = throughActivation(s.activation, V::mul(dc, gate[0]), gate[2]);
        gradient[3] = throughSigmoid(V::mul(dh, out), gate[3]);
        V::store(cell + unit, V::mul(dc, gate[1]));
      } else {
        const F candidate = throughActivation(s.activation, V::mul(dh, V::sub(V::set(1.0f), gate[0])), gate[2]);
        gradient[0] = throughSigmoid(V::mul(dh, V::sub(before, gate[2])), gate[0]);
        gradient[1] = throughSigmoid(V::mul(candidate, gate[3]), gate[1]);
        gradient[2] = V::mul(candidate, gate[1]);
        gradient[3] = candidate;
        carried = V::mul(dh, gate[0]);
      }
      LAMINA_UNROLL for (int g = 0; g < 4; ++g) {
        storeLanes(sums + g * s.units + unit, lanes, gradient[g]);
        storeLanes(pass.dsums + record * s.sums + g * s.units + unit, lanes, gradient[g]);
      }
    }
    V::store(state + unit, carried);
  }
}

template <Cell Kind> static void backwardTile(const BackwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  const Recurrence& s = pass.shape;
  const int64_t rows = end - begin, parts = (rows + kRows - 1) / kRows;
  const int64_t stateFloats = kTileSequences * s.stateStride;
  float* state = scratch;
  float* cell = scratch + stateFloats;
  float* sums = scratch + 2 * stateFloats;
  for (int64_t i = 0; i < 2 * stateFloats; ++i) scratch[i] = 0;
  for (int64_t step = s.steps - 1; step >= 0; --step) {
    for (int64_t row = 0; row < rows; ++row)
      backwardRow<Kind>(pass, begin + row, step, state + row * s.stateStride, cell + row * s.stateStride, sums + row * s.sums);
    if (step == 0) break;
    for (int64_t column = 0, block = 0; column < s.units; column += kBlockVectors * kLanes, ++block) {
      const int64_t vectors = (s.units - column + kLanes - 1) / kLanes;
      const float* weights = pass.weights + block * pass.depth * kBlockVectors * kLanes;
      for (int64_t part = 0; part < parts; ++part) {
        const int64_t row = rows * part / parts, count = rows * (part + 1) / parts - row;
        float* target = state + row * s.stateStride + column;
        const float* from = sums + row * s.sums;
        constexpr auto all = std::make_integer_sequence<int, kRows>();
        if (vectors == 1)
          recurRows<1>(count, from, s.sums, pass.depth, weights, target, s.stateStride, all);
        else if (vectors == 2)
          recurRows<2>(count, from, s.sums, pass.depth, weights, target, s.stateStride, all);
        else
          recurRows<4>(count, from, s.sums, pass.depth, weights, target, s.stateStride, all);
      }
    }
  }
}

static void backward(const BackwardPass& pass, int64_t begin, int64_t end, float* scratch) {
  switch (pass.shape.cell) {
    case Cell::simple: backwardTile<Cell::simple>(pass, begin, end, scratch); return;
    case Cell::lstm: backwardTile<Cell::lstm>(pass, begin, end, scratch); return;
    case Cell::gru: backwardTile<Cell::gru>(pass, begin, end, scratch); return;
  }
}

}  // namespace lamina::LAMINA_ISA

#define LAMINA_RECURRENT_CODE \
  { LAMINA_ISA::kLanes, LAMINA_ISA::forward, LAMINA_ISA::backward }
