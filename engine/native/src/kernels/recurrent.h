#pragma once

#include <algorithm>

#include "../recurrent/recurrent.h"
#include "dense.h"

namespace lamina {

/** Attributes of every recurrent op, in this order. */
enum RecurrentAttribute { kReturnSequences, kGoBackwards, kCellActivation, kRecurrentAttributes };

inline int64_t gatesOf(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

/** [N, T, features] for the sequences of x. */
inline Shape sequenceShape(const Shape& x, int64_t features) {
  Shape shape = x;
  shape.dims[2] = features;
  return shape;
}

inline Shape matrixShape(int64_t rows, int64_t columns) {
  Shape shape;
  shape.rank = 2;
  shape.dims[0] = rows;
  shape.dims[1] = columns;
  return shape;
}

/** The bias of a cell: [G U], of a GRU [2, 3 U]. */
inline void checkRecurrentBias(const Checker& checker, const char* name, const Shape& shape, Cell cell, int64_t units) {
  if (cell == Cell::gru)
    checker.sameShape(name, shape, matrixShape(2, 3 * units));
  else
    checker.vectorOf(name, shape, gatesOf(cell) * units);
}

/** The output of a layer: every state or the last one. */
inline Shape recurrentOutput(const Shape& x, int64_t units, bool everyStep) {
  return everyStep ? sequenceShape(x, units) : matrixShape(x.dims[0], units);
}

/** Checks x [N, T, I], kernel [I, G U], recurrent kernel [U, G U] at `first` and the attributes. */
inline Recurrence checkedRecurrence(const Checker& checker, Cell cell, int first) {
  const Shape& x = checker.input(first);
  const Shape& kernel = checker.input(first + 1);
  const Shape& recurrent = checker.input(first + 2);
  checker.require(x.rank == 3 && x.dims[0] == -1 && x.dims[1] > 0 && x.dims[2] > 0, "sequences [N, steps, features]", formatShape(x));
  checker.require(recurrent.rank == 2 && recurrent.dims[0] > 0, "a recurrent kernel [units, gates * units]", formatShape(recurrent));
  const int64_t units = recurrent.dims[0], columns = gatesOf(cell) * units;
  checker.sameShape("recurrent kernel", recurrent, matrixShape(units, columns));
  checker.sameShape("kernel", kernel, matrixShape(x.dims[2], columns));
  checker.integer(kReturnSequences, "returnSequences", 0, 1);
  const bool backwards = checker.integer(kGoBackwards, "goBackwards", 0, 1) != 0;
  const auto activation = static_cast<CellActivation>(checker.integer(kCellActivation, "activation", 0, kCellActivations - 1));
  return recurrenceOf(cell, activation, backwards, x.dims[1], x.dims[2], units);
}

/** The sizes of operands that were checked while loading. */
inline Recurrence recurrenceOf(Cell cell, const Arguments& arguments, int first) {
  const Tensor& x = arguments.inputs[first];
  return recurrenceOf(cell, static_cast<CellActivation>(static_cast<int>(arguments.attributes[kCellActivation])),
                      arguments.attributes[kGoBackwards] != 0, x.dims[1], x.dims[2], arguments.inputs[first + 2].dims[0]);
}

/** Outputs after y and states: cells of an LSTM, gates of gated cells. */
constexpr int recurrentOutputs(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 2; }

/** x, kernel, recurrent kernel, bias? -> y, states?, cells? (LSTM), gates? (LSTM, GRU). */
template <Cell Kind> void validateRecurrent(Checker& checker) {
  checker.arity(4, recurrentOutputs(Kind), kRecurrentAttributes);
  const Recurrence s = checkedRecurrence(checker, Kind, 0);
  const Shape& x = checker.input(0);
  if (checker.hasInput(3)) checkRecurrentBias(checker, "bias", checker.input(3), Kind, s.units);
  const bool everyStep = checker.integer(kReturnSequences, "returnSequences", 0, 1) != 0;
  checker.sameShape("y", checker.output(0), recurrentOutput(x, s.units, everyStep));
  for (int i = 1; i < recurrentOutputs(Kind); ++i) {
    const bool gates = Kind != Cell::simple && i == recurrentOutputs(Kind) - 1;
    if (checker.hasOutput(i)) checker.sameShape(gates ? "gates" : "states", checker.output(i), sequenceShape(x, gates ? 4 * s.units : s.units));
  }
  checker.scratch(forwardScratchFloats(s, checker.threads()));
}

template <Cell Kind> void runRecurrent(const Context& context, const Arguments& arguments) {
  const bool everyStep = arguments.attributes[kReturnSequences] != 0;
  ForwardPass pass{};
  pass.shape = recurrenceOf(Kind, arguments, 0);
  pass.x = arguments.inputs[0].data;
  pass.y = arguments.outputs[0].data;
  pass.everyStep = everyStep;
  pass.states = arguments.outputs[1].data;
  if constexpr (Kind == Cell::lstm) pass.cells = arguments.outputs[2].data;
  if constexpr (Kind != Cell::simple) pass.tape = arguments.outputs[recurrentOutputs(Kind) - 1].data;
  runForward(context, pass, {arguments.inputs[1].data, arguments.inputs[2].data, arguments.inputs[3].data}, arguments.inputs[0].dims[0],
             arguments.scratch);
}

/** dy, x, kernel, recurrent kernel, states, cells (LSTM), gates (LSTM, GRU) -> dx?, dkernel?, drecurrent kernel?, dbias?. */
template <Cell Kind> void validateRecurrentGradient(Checker& checker) {
  constexpr int inputs = 5 + recurrentOutputs(Kind) - 2;
  checker.arity(inputs, 4, kRecurrentAttributes);
  const Recurrence s = checkedRecurrence(checker, Kind, 1);
  const Shape& x = checker.input(1);
  const bool everyStep = checker.integer(kReturnSequences, "returnSequences", 0, 1) != 0;
  checker.sameShape("dy", checker.input(0), recurrentOutput(x, s.units, everyStep));
  for (int i = 4; i < inputs; ++i) {
    const bool gates = Kind != Cell::simple && i == inputs - 1;
    checker.sameShape(gates ? "gates" : "states", checker.input(i), sequenceShape(x, gates ? 4 * s.units : s.units));
  }
  if (checker.hasOutput(0)) checker.sameShape("dx", checker.output(0), x);
  if (checker.hasOutput(1)) checker.sameShape("dkernel", checker.output(1), checker.input(2));
  if (checker.hasOutput(2)) checker.sameShape("drecurrent_kernel", checker.output(2), checker.input(3));
  if (checker.hasOutput(3)) checkRecurrentBias(checker, "dbias", checker.output(3), Kind, s.units);
  checker.scratch(backwardScratchFloats(s, checker.capacity(), checker.threads()));
}

template <Cell Kind> void runRecurrentGradient(const Context& context, const Arguments& arguments) {
  const Tensor* const inputs = arguments.inputs;
  const Tensor* const outputs = arguments.outputs;
  BackwardPass pass{};
  pass.shape = recurrenceOf(Kind, arguments, 1);
  pass.everyStep = arguments.attributes[kReturnSequences] != 0;
  pass.dy = inputs[0].data;
  pass.x = inputs[1].data;
  pass.states = inputs[4].data;
  if constexpr (Kind == Cell::lstm) pass.cells = inputs[5].data;
  if constexpr (Kind != Cell::simple) pass.tape = inputs[Kind == Cell::lstm ? 6 : 5].data;
  runBackward(context, pass, {inputs[2].data, inputs[3].data, nullptr},
              {outputs[0].data, outputs[1].data, outputs[2].data, outputs[3].data}, inputs[1].dims[0], arguments.scratch);
}

}  // namespace lamina
