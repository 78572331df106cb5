#pragma once

#include <cstdint>

namespace lamina {

/** What a step computes from its sums; the gates' order is that of Keras. */
enum class Cell : int { simple, lstm, gru };

/** Functions a cell may apply to its candidate; indices as encoded in programs (docs/ops.md, recurrent ops). */
enum class CellActivation : int { tanh, relu, sigmoid, linear };
constexpr int kCellActivations = 4;

/** Sequences that one task takes through all steps, whatever the batch: the tile of all recurrent kernels. */
constexpr int64_t kTileSequences = 16;
/** Vectors of sums that a block of the packed weights holds for each step of depth: the four gates of a vector of units, or four vectors of units. */
constexpr int kBlockVectors = 4;

/** Sizes and operands that the steps of a whole sequence share. Rows of [N, T, ...] tensors are those of time t, also when read backwards. */
struct Recurrence {
  Cell cell;
  CellActivation activation;
  bool backwards;
  int64_t steps, inputs, units;
  /** Floats between two rows of the working state: `units` rounded up to whole blocks. */
  int64_t stateStride;
  /** Numbers of the tape's gates for each unit and row: 4, or 0 for a simple cell. */
  int64_t gates;
  /** Columns of the gradient of the sums: 4 units for LSTM (i, f, c, o) and GRU (z, r, recurrent candidate, input candidate), units else. */
  int64_t sums;

  int64_t timeOf(int64_t step) const { return backwards ? steps - 1 - step : step; }
};

/** Forward operands; pointers to tensors that are not wanted are null. */
struct ForwardPass {
  Recurrence shape;
  const float* x;
  /** [block][inputs + units][kBlockVectors][lanes] and [block][kBlockVectors][lanes]. */
  const float* weights;
  const float* bias;
  float* states;
  float* last;
  float* cells;
  float* tape;
};

/** Operands of the pass back through time. */
struct BackwardPass {
  Recurrence shape;
  /** [N, T, U] or, when only the last state left the layer, [N, U]. */
  const float* dy;
  bool everyStep;
  /** Turned recurrent weights, [block][depth][kBlockVectors][lanes]. */
  const float* weights;
  int64_t depth;
  const float* states;
  const float* cells;
  const float* tape;
  /** [N, T, sums]: what the pass computes. */
  float* dsums;
  /** [N, T, U]: the state each row started from. */
  float* before;
};

/** The code of one instruction set. `scratch` of one task holds `kTaskStates * kTileSequences * (stateStride + sums)` floats. */
struct RecurrentCode {
  int64_t lanes;
  void (*forward)(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch);
  void (*backward)(const BackwardPass& pass, int64_t begin, int64_t end, float* scratch);
};
constexpr int64_t kTaskStates = 3;

extern const RecurrentCode recurrentPlain;
#if defined(__x86_64__) || defined(_M_X64)
extern const RecurrentCode recurrentAvx2;
extern const RecurrentCode recurrentAvx512;
#elif defined(__aarch64__) || defined(_M_ARM64)
extern const RecurrentCode recurrentNeon;
#endif

}  // namespace lamina
