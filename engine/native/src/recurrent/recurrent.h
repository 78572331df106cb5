#pragma once

#include "../kernel.h"
#include "plan.h"

namespace lamina {

/** What a cell does, whatever its sizes. */
struct CellSettings {
  Cell cell;
  CellActivation activation = CellActivation::tanh;
  CellActivation recurrentActivation = CellActivation::sigmoid;
  bool backwards = false;
  bool resetAfter = true;
  /** Each gate sees inputs or states multiplied by numbers of its own. */
  bool gatesApart = false;
};

/** Sizes of a recurrent layer; those of packed operands follow from the others. */
Recurrence recurrenceOf(const CellSettings& settings, int64_t steps, int64_t inputs, int64_t units);

/** Scratch floats that `runForward` needs for up to so many threads. */
int64_t forwardScratchFloats(const Recurrence& shape, int threads);

/** Weights as Keras keeps them: kernel [I, G U], recurrent kernel [U, G U], bias [G U] or null; of a GRU that resets after bias [2, 3 U]. */
struct RecurrentWeights {
  const float* kernel;
  const float* recurrent;
  const float* bias;
};

/**
 * Takes `samples` sequences x [N, T, I] through all steps. `pass` names the operands but for packed weights, which are made in scratch.
 * Tiles are `kTileSequences` sequences, each by one thread from the first step to the last, without waiting for others.
 */
void runForward(const Context& context, ForwardPass pass, const RecurrentWeights& weights, int64_t samples, float* scratch);

/** What `runBackward` computes; null where it is not wanted. */
struct RecurrentGradients {
  float* x;
  float* kernel;
  float* recurrent;
  float* bias;
};

int64_t backwardScratchFloats(const Recurrence& shape, int64_t samples, int threads);

/**
 * Gradients through time from those of the output; `pass` names dy, x and what the forward pass left behind. Those of the weights are added up
 * along with the steps, by groups of tiles that depend on the number of samples only, and then in a fixed tree.
 */
void runBackward(const Context& context, BackwardPass pass, const RecurrentWeights& weights, const RecurrentGradients& gradients, int64_t samples,
                 float* scratch);

}  // namespace lamina
