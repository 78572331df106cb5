#pragma once

#include <algorithm>

#include "../recurrent/recurrent.h"

namespace lamina {

/** Attributes of the recurrent ops, in this order: the first four of all, the fifth of gated cells, the last of a GRU. */
enum RecurrentAttribute { kReturnSequences, kGoBackwards, kZeroOutputForMask, kCellActivation, kRecurrentActivation, kResetAfter };

constexpr int recurrentAttributes(Cell cell) { return cell == Cell::gru ? 6 : cell == Cell::lstm ? 5 : 4; }
constexpr int64_t gatesOf(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

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

/** The bias of a cell: [G U], of a GRU that resets after [2, 3 U]. */
inline void checkRecurrentBias(const Checker& checker, const char* name, const Shape& shape, const Recurrence& s) {
  if (s.cell == Cell::gru && s.resetAfter)
    checker.sameShape(name, shape, matrixShape(2, s.columns()));
  else
    checker.vectorOf(name, shape, s.columns());
}

/** The output of a layer: every state or the last one. */
inline Shape recurrentOutput(const Shape& x, int64_t units, bool everyStep) {
  return everyStep ? sequenceShape(x, units) : matrixShape(x.dims[0], units);
}

/** Where the operands lie: x, kernel, recurrent kernel from `first` on; mask?, input dropout?, recurrent dropout? from `omitted` on. */
struct RecurrentOperands {
  int first, omitted;
};
template <Cell Kind> constexpr RecurrentOperands forwardOperands{0, 4};
/** Outputs after y and states: cells of an LSTM, gates of gated cells. */
constexpr int recurrentOutputs(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 2; }
template <Cell Kind> constexpr RecurrentOperands backwardOperands{1, 3 + recurrentOutputs(Kind)};

inline CellSettings cellSettings(Cell cell, const double* attributes, bool gatesApart) {
  CellSettings settings{cell};
  settings.backwards = attributes[kGoBackwards] != 0;
  settings.activation = static_cast<CellActivation>(static_cast<int>(attributes[kCellActivation]));
  if (cell != Cell::simple) settings.recurrentActivation = static_cast<CellActivation>(static_cast<int>(attributes[kRecurrentActivation]));
  if (cell == Cell::gru) settings.resetAfter = attributes[kResetAfter] != 0;
  settings.gatesApart = gatesApart;
  return settings;
}

/** Checks dropout factors [N, 1 or gates, size]; says whether each gate has its own. */
inline bool checkFactors(const Checker& checker, int input, const char* name, Cell cell, int64_t size) {
  if (!checker.hasInput(input)) return false;
  const Shape& shape = checker.input(input);
  const int64_t variants = shape.rank == 3 ? shape.dims[1] : 0;
  checker.require(shape.rank == 3 && shape.dims[0] == -1 && (variants == 1 || variants == gatesOf(cell)) && shape.dims[2] == size,
                  std::string(name) + " [N, 1 or " + std::to_string(gatesOf(cell)) + ", " + std::to_string(size) + "]", formatShape(shape));
  return variants > 1;
}

/** Checks x [N, T, I], kernel [I, G U], recurrent kernel [U, G U], what is left out, and the attributes. */
inline Recurrence checkedRecurrence(const Checker& checker, Cell cell, RecurrentOperands at) {
  const Shape& x = checker.input(at.first);
  const Shape& kernel = checker.input(at.first + 1);
  const Shape& recurrent = checker.input(at.first + 2);
  checker.require(x.rank == 3 && x.dims[0] == -1 && x.dims[1] > 0 && x.dims[2] > 0, "sequences [N, steps, features]", formatShape(x));
  checker.require(recurrent.rank == 2 && recurrent.dims[0] > 0, "a recurrent kernel [units, gates * units]", formatShape(recurrent));
  const int64_t units = recurrent.dims[0], columns = gatesOf(cell) * units;
  checker.sameShape("recurrent kernel", recurrent, matrixShape(units, columns));
  checker.sameShape("kernel", kernel, matrixShape(x.dims[2], columns));
  double attributes[6];
  attributes[kReturnSequences] = static_cast<double>(checker.integer(kReturnSequences, "returnSequences", 0, 1));
  attributes[kGoBackwards] = static_cast<double>(checker.integer(kGoBackwards, "goBackwards", 0, 1));
  attributes[kZeroOutputForMask] = static_cast<double>(checker.integer(kZeroOutputForMask, "zeroOutputForMask", 0, 1));
  attributes[kCellActivation] = static_cast<double>(checker.integer(kCellActivation, "activation", 0, kCellActivations - 1));
  if (cell != Cell::simple)
    attributes[kRecurrentActivation] = static_cast<double>(checker.integer(kRecurrentActivation, "recurrentActivation", 0, kCellActivations - 1));
  if (cell == Cell::gru) attributes[kResetAfter] = static_cast<double>(checker.integer(kResetAfter, "resetAfter", 0, 1));
  if (checker.hasInput(at.omitted)) checker.sameShape("mask", checker.input(at.omitted), matrixShape(-1, x.dims[1]));
  const bool inputsApart = checkFactors(checker, at.omitted + 1, "input dropout", cell, x.dims[2]);
  const bool statesApart = checkFactors(checker, at.omitted + 2, "recurrent dropout", cell, units);
  return recurrenceOf(cellSettings(cell, attributes, inputsApart || statesApart), x.dims[1], x.dims[2], units);
}

/** The same of operands that were checked while loading. */
inline Recurrence recurrenceOf(Cell cell, const Arguments& arguments, RecurrentOperands at) {
  const Tensor& x = arguments.inputs[at.first];
  const Tensor& input = arguments.inputs[at.omitted + 1];
  const Tensor& recurrent = arguments.inputs[at.omitted + 2];
  const bool apart = (input && input.dims[1] > 1) || (recurrent && recurrent.dims[1] > 1);
  return recurrenceOf(cellSettings(cell, arguments.attributes, apart), x.dims[1], x.dims[2], arguments.inputs[at.first + 2].dims[0]);
}

inline Omissions omissionsOf(const Arguments& arguments, RecurrentOperands at) {
  const Tensor* const tensors = arguments.inputs + at.omitted;
  return {tensors[0].data,       arguments.attributes[kZeroOutputForMask] != 0, tensors[1].data, tensors[2].data, tensors[1] ? tensors[1].dims[1] : 1,
          tensors[2] ? tensors[2].dims[1] : 1};
}

/** x, kernel, recurrent kernel, bias?, mask?, input dropout?, recurrent dropout? -> y, states?, cells? (LSTM), gates? (LSTM, GRU). */
template <Cell Kind> void validateRecurrent(Checker& checker) {
  checker.arity(7, recurrentOutputs(Kind), recurrentAttributes(Kind));
  const Recurrence s = checkedRecurrence(checker, Kind, forwardOperands<Kind>);
  const Shape& x = checker.input(0);
  if (checker.hasInput(3)) checkRecurrentBias(checker, "bias", checker.input(3), s);
  const bool everyStep = checker.integer(kReturnSequences, "returnSequences", 0, 1) != 0;
  checker.sameShape("y", checker.output(0), recurrentOutput(x, s.units, everyStep));
  for (int i = 1; i < recurrentOutputs(Kind); ++i) {
    const bool gates = Kind != Cell::simple && i == recurrentOutputs(Kind) - 1;
    if (checker.hasOutput(i)) checker.sameShape(gates ? "gates" : "states", checker.output(i), sequenceShape(x, gates ? 4 * s.units : s.units));
  }
  checker.scratch(forwardScratchFloats(s, checker.threads()));
}

template <Cell Kind> void runRecurrent(const Context& context, const Arguments& arguments) {
  ForwardPass pass{};
  pass.shape = recurrenceOf(Kind, arguments, forwardOperands<Kind>);
  pass.omit = omissionsOf(arguments, forwardOperands<Kind>);
  pass.x = arguments.inputs[0].data;
  pass.y = arguments.outputs[0].data;
  pass.everyStep = arguments.attributes[kReturnSequences] != 0;
  pass.states = arguments.outputs[1].data;
  if constexpr (Kind == Cell::lstm) pass.cells = arguments.outputs[2].data;
  if constexpr (Kind != Cell::simple) pass.tape = arguments.outputs[recurrentOutputs(Kind) - 1].data;
  runForward(context, pass, {arguments.inputs[1].data, arguments.inputs[2].data, arguments.inputs[3].data}, arguments.inputs[0].dims[0],
             arguments.scratch);
}

/** dy, x, kernel, recurrent kernel, states, cells (LSTM), gates (LSTM, GRU), mask?, dropouts? -> dx?, dkernel?, drecurrent kernel?, dbias?. */
template <Cell Kind> void validateRecurrentGradient(Checker& checker) {
  constexpr RecurrentOperands at = backwardOperands<Kind>;
  checker.arity(at.omitted + 3, 4, recurrentAttributes(Kind));
  const Recurrence s = checkedRecurrence(checker, Kind, at);
  const Shape& x = checker.input(1);
  const bool everyStep = checker.integer(kReturnSequences, "returnSequences", 0, 1) != 0;
  checker.sameShape("dy", checker.input(0), recurrentOutput(x, s.units, everyStep));
  for (int i = 4; i < at.omitted; ++i) {
    const bool gates = Kind != Cell::simple && i == at.omitted - 1;
    checker.sameShape(gates ? "gates" : "states", checker.input(i), sequenceShape(x, gates ? 4 * s.units : s.units));
  }
  if (checker.hasOutput(0)) checker.sameShape("dx", checker.output(0), x);
  if (checker.hasOutput(1)) checker.sameShape("dkernel", checker.output(1), checker.input(2));
  if (checker.hasOutput(2)) checker.sameShape("drecurrent_kernel", checker.output(2), checker.input(3));
  if (checker.hasOutput(3)) checkRecurrentBias(checker, "dbias", checker.output(3), s);
  checker.scratch(backwardScratchFloats(s, checker.capacity(), checker.threads()));
}

template <Cell Kind> void runRecurrentGradient(const Context& context, const Arguments& arguments) {
  const Tensor* const inputs = arguments.inputs;
  const Tensor* const outputs = arguments.outputs;
  BackwardPass pass{};
  pass.shape = recurrenceOf(Kind, arguments, backwardOperands<Kind>);
  pass.omit = omissionsOf(arguments, backwardOperands<Kind>);
  pass.everyStep = arguments.attributes[kReturnSequences] != 0;
  pass.dy = inputs[0].data;
  pass.x = inputs[1].data;
  pass.states = inputs[4].data;
  if constexpr (Kind == Cell::lstm) pass.cells = inputs[5].data;
  if constexpr (Kind != Cell::simple) pass.tape = inputs[Kind == Cell::lstm ? 6 : 5].data;
  runBackward(context, pass, {inputs[2].data, inputs[3].data, nullptr}, {outputs[0].data, outputs[1].data, outputs[2].data, outputs[3].data},
              inputs[1].dims[0], arguments.scratch);
}

}  // namespace lamina
