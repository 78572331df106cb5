#pragma once

#include <cstdint>

namespace lamina {

/** What a step computes from its sums; the gates' order is that of Keras. */
enum class Cell : int { simple, lstm, gru };

/** Functions of a cell's candidate and gates; indices as encoded in programs (docs/ops.md, recurrent ops). */
enum class CellActivation : int { tanh, relu, sigmoid, linear, hardSigmoid, elu, softsign };
constexpr int kCellActivations = 7;

/** Sequences that one task takes through all steps, whatever the batch: the tile of all recurrent kernels. */
constexpr int64_t kTileSequences = 16;
/** Vectors of sums that a block of packed columns holds: the four gates of a vector of units, or four vectors of units of a simple cell. */
constexpr int kBlockVectors = 4;
/** Rows of gradients that the pass back gathers before it adds their products to the gradients of the weights: what the first-level cache holds. */
constexpr int64_t kChunkRows = 4 * kTileSequences;

/** Sizes and operands that the steps of a whole sequence share. Rows of [N, T, ...] tensors are those of time t, also when read backwards. */
struct Recurrence {
  Cell cell;
  CellActivation activation, recurrentActivation;
  bool backwards;
  /** Of a GRU: the reset gate acts on the product with the recurrent weights, not on the state before it. */
  bool resetAfter;
  /** Rows that the weights of one step are multiplied by: 1, or one for each gate where these do not see the same numbers. */
  int64_t variants;
  int64_t steps, inputs, units;
  /** Floats of a vector and of a block of packed columns, and blocks in all. */
  int64_t lanes, width, blocks;
  /** Floats between two rows of the working state: `units` rounded up to whole blocks. */
  int64_t stateStride;
  /** Floats between two rows that are multiplied by the weights: input, state before and a 1 for the bias, rounded up. */
  int64_t rowStride;

  int64_t timeOf(int64_t step) const { return backwards ? steps - 1 - step : step; }
  /** Numbers of the weights for each unit and row: 4, 3 or 1. */
  int64_t gates() const { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }
  int64_t columns() const { return gates() * units; }
  /** First unit of vector v of a block, and how many units of the vector there are. */
  int64_t unitOf(int64_t block, int v) const { return cell == Cell::simple ? block * width + v * lanes : block * lanes; }
  int64_t lanesOf(int64_t block, int v) const {
    const int64_t left = units - unitOf(block, v);
    return left < 0 ? 0 : left < lanes ? left : lanes;
  }
  /**
   * First column of a weight matrix [., G U] that vector v of a block holds, or -1: z, r, recurrent candidate and input candidate of a GRU
   * have sums of their own, of which the input kernel has no part in the third nor the recurrent kernel in the fourth.
   */
  int64_t columnOf(int64_t block, int v, bool recurrent) const {
    const int64_t unit = unitOf(block, v);
    if (cell == Cell::simple) return unit;
    if (cell == Cell::lstm || v < 2) return v * units + unit;
    return v == (recurrent ? 2 : 3) ? 2 * units + unit : -1;
  }
  /** Which of the rows vector v of a block is multiplied by. */
  int64_t variantOf(int v) const { return variants == 1 ? 0 : cell == Cell::gru && v == 3 ? 2 : v; }
  /** The functions of nearly all networks have code of their own. */
  bool usual() const { return activation == CellActivation::tanh && (cell == Cell::simple || recurrentActivation == CellActivation::sigmoid); }
  /** Rows of the gradient of all weights: kernel, recurrent kernel, bias. */
  int64_t weightRows() const { return inputs + units + 1; }
};

/** What keeps steps or numbers out, null where nothing does. */
struct Omissions {
  /** [N, T]: a step with 0 leaves state and output as they were. */
  const float* mask;
  /** The output of such a step is 0 instead. */
  bool zeroOutput;
  /** [N, inputVariants, I] and [N, recurrentVariants, U], the same at all steps. */
  const float* input;
  const float* recurrent;
  int64_t inputVariants, recurrentVariants;

  bool skips(int64_t record) const { return mask != nullptr && mask[record] == 0; }
  /** The numbers that inputs or states of a sequence are multiplied by for a variant, or null. */
  const float* inputOf(const Recurrence& s, int64_t sequence, int64_t variant) const {
    return input == nullptr ? nullptr : input + (sequence * inputVariants + (inputVariants == 1 ? 0 : variant)) * s.inputs;
  }
  const float* recurrentOf(const Recurrence& s, int64_t sequence, int64_t variant) const {
    return recurrent == nullptr ? nullptr : recurrent + (sequence * recurrentVariants + (recurrentVariants == 1 ? 0 : variant)) * s.units;
  }
};

/** Forward operands; pointers to tensors that are not wanted are null. */
struct ForwardPass {
  Recurrence shape;
  Omissions omit;
  const float* x;
  /** [block][inputs + units][width] and [block][width]. */
  const float* weights;
  const float* bias;
  /** [N, T, U], where a sequence is returned; else [N, U]. */
  float* y;
  bool everyStep;
  float* states;
  float* cells;
  /** [N, T, 4 U]: the gates; of a GRU z, r, candidate and what the reset gate is multiplied by. */
  float* tape;
};

/** Operands of the pass back through time. */
struct BackwardPass {
  Recurrence shape;
  Omissions omit;
  /** [N, T, U] or, when only the last state left the layer, [N, U]. */
  const float* dy;
  bool everyStep;
  const float* x;
  const float* states;
  const float* cells;
  const float* tape;
  /** Turned weights, [block of units or inputs][packed column][width]. */
  const float* recurrentWeights;
  const float* inputWeights;
  /** [N, T, I], or null. */
  float* dx;
};

/** The code of one instruction set. */
struct RecurrentCode {
  int64_t lanes;
  /** Packs the rows of a matrix [rows, G U] behind one another, [block][stride][width] from row `first` on. */
  void (*packRows)(const Recurrence& shape, const float* matrix, int64_t rows, bool recurrent, int64_t first, int64_t stride, float* packed);
  /** Turns the columns of one block of such a matrix to [block of rows][packed column][width]. */
  void (*packTurned)(const Recurrence& shape, const float* matrix, int64_t rows, bool recurrent, int64_t block, float* packed);
  /** Takes sequences through all steps; scratch holds `forwardTaskFloats`. */
  void (*forward)(const ForwardPass& pass, int64_t begin, int64_t end, float* scratch);
  /** Takes sequences back; adds to (or, when `first`, sets) the gradients of the weights [block][weightRows][width] unless null. */
  void (*backward)(const BackwardPass& pass, int64_t begin, int64_t end, float* gradients, bool first, float* scratch);
};

inline int64_t forwardTaskFloats(const Recurrence& s) { return kTileSequences * (2 * s.variants * s.rowStride + 3 * s.stateStride); }
inline int64_t backwardTaskFloats(const Recurrence& s) {
  return kTileSequences * 3 * s.stateStride + kChunkRows * (s.variants * s.rowStride + s.blocks * s.width);
}

extern const RecurrentCode recurrentPlain;
#if defined(__x86_64__) || defined(_M_X64)
extern const RecurrentCode recurrentAvx2;
extern const RecurrentCode recurrentAvx512;
#elif defined(__aarch64__) || defined(_M_ARM64)
extern const RecurrentCode recurrentNeon;
#endif

}  // namespace lamina
