#include "program.h"

#include <algorithm>
#include <cstring>

#include "memory.h"

namespace lamina {

namespace {

constexpr int64_t kValueStride = 3 + kMaxRank;
constexpr int64_t kHeader = 5;
constexpr int64_t kMaxElements = int64_t{1} << 40;
constexpr int64_t kMaxAccumulators = 4096;
constexpr int64_t kMaxSlots = 1024;
constexpr int64_t kMaxRates = 16;

std::string text(int64_t value) { return std::to_string(value); }

/** A range of one space that an operand covers at full capacity. */
struct Range {
  Space space;
  int64_t begin;
  int64_t end;
  int operand;

  bool operator<(const Range& other) const { return space != other.space ? space < other.space : begin < other.begin; }
  bool overlaps(const Range& other) const { return space == other.space && begin < other.end && other.begin < end; }
};

class Loader {
 public:
  Loader(const ProgramSource& source, int64_t persistentFloats, int threads)
      : source_(source), persistentFloats_(persistentFloats), threads_(threads) {}

  Program load() {
    program_.name = source_.name;
    checkSizes();
    readKernels();
    readValues();
    readCode();
    readFeeds();
    readOutputs();
    readUpdate();
    readRates();
    program_.attributes = source_.attributes;
    program_.constants = AlignedFloats(static_cast<int64_t>(source_.constants.size()));
    std::copy(source_.constants.begin(), source_.constants.end(), program_.constants.data());
    return std::move(program_);
  }

 private:
  [[noreturn]] void fail(const std::string& where, const std::string& expected, const std::string& received) const {
    throw InvalidProgram("Program \"" + source_.name + "\", " + where + ": expected " + expected + ", received " + received,
                         expected, received);
  }
  void require(bool holds, const std::string& where, const std::string& expected, const std::string& received) const {
    if (!holds) fail(where, expected, received);
  }

  void checkSizes() {
    require(source_.batchCapacity >= 1 && source_.batchCapacity <= INT32_MAX, "batchCapacity", "1 to 2147483647",
            text(source_.batchCapacity));
    require(source_.arenaFloats >= 0 && source_.arenaFloats <= kMaxElements, "arenaFloats", "0 to " + text(kMaxElements),
            text(source_.arenaFloats));
    require(source_.accumulators >= 0 && source_.accumulators <= kMaxAccumulators, "accumulators",
            "0 to " + text(kMaxAccumulators), text(source_.accumulators));
    program_.batchCapacity = source_.batchCapacity;
    program_.arenaFloats = source_.arenaFloats;
    program_.accumulators = static_cast<int>(source_.accumulators);
  }

  void readKernels() {
    for (const std::string& name : source_.kernels) {
      const Kernel* kernel = findKernel(name);
      require(kernel != nullptr, "kernels", "the name of a kernel of this build", "\"" + name + "\"");
      kernels_.push_back(kernel);
    }
  }

  void readValues() {
    const auto size = static_cast<int64_t>(source_.values.size());
    require(size % kValueStride == 0, "values", "a multiple of " + text(kValueStride) + " ints", text(size));
    for (int64_t base = 0; base < size; base += kValueStride) program_.values.push_back(readValue(base));
  }

  Value readValue(int64_t base) const {
    const int32_t* record = source_.values.data() + base;
    const std::string where = "value " + text(base / kValueStride);
    require(record[0] >= 0 && record[0] <= 2, where, "a space from 0 to 2", text(record[0]));
    require(record[1] >= 0 && record[1] % kAlignment == 0, where, "an offset that is a multiple of " + text(kAlignment),
            text(record[1]));
    require(record[2] >= 0 && record[2] <= kMaxRank, where, "a rank from 0 to " + text(kMaxRank), text(record[2]));
    Value value;
    value.space = static_cast<Space>(record[0]);
    value.offset = record[1];
    value.shape.rank = record[2];
    int64_t count = 1;
    for (int i = 0; i < value.shape.rank; ++i) {
      const int64_t dimension = record[3 + i];
      require(dimension > 0 || (dimension < 0 && i == 0), where,
              "dimensions of at least 1, negative (times the samples) only first",
              "dimension " + text(i) + " of " + text(dimension));
      value.shape.dims[i] = dimension;
      // Both factors are below 2^31 or the product is below 2^40 already, so neither multiplication can overflow 2^63 unnoticed.
      const int64_t size = dimension < 0 ? -dimension * source_.batchCapacity : dimension;
      require(size <= kMaxElements && count <= kMaxElements / size, where, "at most " + text(kMaxElements) + " elements",
              formatShape(value.shape) + " at " + text(source_.batchCapacity) + " samples");
      count *= size;
    }
    const int64_t available = spaceSize(value.space);
    require(value.offset + count <= available, where,
            "a tensor within the " + text(available) + " floats of its space",
            text(count) + " floats at offset " + text(value.offset));
    return value;
  }

  int64_t spaceSize(Space space) const {
    switch (space) {
      case Space::arena: return source_.arenaFloats;
      case Space::persistent: return persistentFloats_;
      default: return static_cast<int64_t>(source_.constants.size());
    }
  }

  void readCode() {
    const auto size = static_cast<int64_t>(source_.code.size());
    for (int64_t at = 0, number = 0; at < size; ++number) {
      const std::string where = "instruction " + text(number);
      require(at + kHeader <= size, where, "a header of " + text(kHeader) + " ints", text(size - at));
      const int32_t* header = source_.code.data() + at;
      require(header[0] >= 0 && header[0] < static_cast<int64_t>(kernels_.size()), where,
              "an opcode from 0 to " + text(static_cast<int64_t>(kernels_.size()) - 1), text(header[0]));
      const Kernel* kernel = kernels_[static_cast<size_t>(header[0])];
      const std::string named = where + " (" + kernel->name + ")";
      const int64_t inputs = header[1];
      const int64_t outputs = header[2];
      const int64_t count = header[3];
      const int64_t first = header[4];
      require(inputs >= 0 && outputs >= 0 && at + kHeader + inputs + outputs <= size, named,
              "operands within the " + text(size) + " ints of the code", text(inputs) + " inputs and " + text(outputs) + " outputs");
      require(count >= 0 && first >= 0 && first + count <= static_cast<int64_t>(source_.attributes.size()), named,
              "attributes within the " + text(static_cast<int64_t>(source_.attributes.size())) + " given",
              text(count) + " from " + text(first));
      Instruction instruction;
      instruction.kernel = kernel;
      instruction.firstOperand = static_cast<int>(program_.operands.size());
      instruction.inputs = static_cast<int>(inputs);
      instruction.outputs = static_cast<int>(outputs);
      instruction.firstAttribute = static_cast<int>(first);
      for (int64_t i = 0; i < inputs + outputs; ++i) {
        const int32_t id = header[kHeader + i];
        require(id >= -1 && id < static_cast<int64_t>(program_.values.size()), named,
                "a value id from -1 to " + text(static_cast<int64_t>(program_.values.size()) - 1), text(id));
        require(i < inputs || id < 0 || program_.values[static_cast<size_t>(id)].space != Space::constant, named,
                "an output outside the constants", "value " + text(id));
        program_.operands.push_back(id);
      }
      instruction.fold = foldOf(instruction);
      checkInstruction(instruction, static_cast<int>(count), named);
      program_.instructions.push_back(instruction);
      at += kHeader + inputs + outputs;
    }
  }

  /** The k of `[-k, ...]` that all batched operands share, else 1: an op over a folded batch is that op over a batch k times as large. */
  int64_t foldOf(const Instruction& instruction) const {
    int64_t fold = 0;
    for (int i = 0; i < instruction.inputs + instruction.outputs; ++i) {
      const int id = operand(instruction, i);
      if (id < 0) continue;
      const Shape& shape = program_.values[static_cast<size_t>(id)].shape;
      if (!shape.batched()) continue;
      if (fold != 0 && fold != -shape.dims[0]) return 1;
      fold = -shape.dims[0];
    }
    return std::max<int64_t>(fold, 1);
  }

  void checkInstruction(const Instruction& instruction, int attributeCount, const std::string& where) {
    std::vector<Shape> shapes(static_cast<size_t>(instruction.inputs + instruction.outputs));
    std::vector<const Shape*> inputs;
    std::vector<const Shape*> outputs;
    for (int i = 0; i < instruction.inputs + instruction.outputs; ++i) {
      const int id = operand(instruction, i);
      Shape& shape = shapes[static_cast<size_t>(i)];
      if (id >= 0) shape = program_.values[static_cast<size_t>(id)].shape;
      if (shape.batched()) shape.dims[0] /= instruction.fold;
      (i < instruction.inputs ? inputs : outputs).push_back(id < 0 ? nullptr : &shape);
    }
    Checker checker(std::move(inputs), std::move(outputs), source_.attributes.data() + instruction.firstAttribute, attributeCount,
                    source_.batchCapacity * instruction.fold, threads_, program_.accumulators);
    try {
      instruction.kernel->validate(checker);
    } catch (const InvalidProgram& error) {
      fail(where, error.expected, error.received);
    }
    program_.scratchFloats = std::max(program_.scratchFloats, checker.scratchFloats());
    checkOverlaps(instruction, checker, where);
  }

  int operand(const Instruction& instruction, int index) const {
    return program_.operands[static_cast<size_t>(instruction.firstOperand + index)];
  }

  Range rangeOf(int id, int index) const {
    const Value& value = program_.values[static_cast<size_t>(id)];
    return {value.space, value.offset, value.offset + value.shape.count(source_.batchCapacity), index};
  }

  /** An output may lie on an input only exactly, and only where the kernel says so. */
  void checkOverlaps(const Instruction& instruction, const Checker& checker, const std::string& where) const {
    std::vector<Range> outputs;
    for (int i = 0; i < instruction.outputs; ++i)
      if (const int id = operand(instruction, instruction.inputs + i); id >= 0) outputs.push_back(rangeOf(id, i));
    std::sort(outputs.begin(), outputs.end());
    for (size_t i = 1; i < outputs.size(); ++i)
      require(!outputs[i - 1].overlaps(outputs[i]), where, "outputs that do not overlap",
              "outputs " + text(outputs[i - 1].operand) + " and " + text(outputs[i].operand));
    for (int i = 0; i < instruction.inputs; ++i) {
      const int id = operand(instruction, i);
      if (id < 0) continue;
      const Range input = rangeOf(id, i);
      // Outputs are disjoint and sorted, so those that overlap lie side by side, beginning with the last one that starts at or before.
      auto next = std::upper_bound(outputs.begin(), outputs.end(), input);
      if (next != outputs.begin()) --next;
      for (; next != outputs.end() && next->space <= input.space && (next->space < input.space || next->begin < input.end); ++next) {
        if (!next->overlaps(input)) continue;
        const bool exact = next->begin == input.begin && next->end == input.end;
        require(exact && checker.mayShare(next->operand, i), where, "outputs that leave the inputs untouched",
                "output " + text(next->operand) + " on input " + text(i));
      }
    }
  }

  void readFeeds() {
    const auto size = static_cast<int64_t>(source_.feeds.size());
    require(size % 2 == 0, "feeds", "pairs of value and slot", text(size) + " ints");
    for (int64_t i = 0; i < size; i += 2) {
      const std::string where = "feed " + text(i / 2);
      const int32_t slot = source_.feeds[static_cast<size_t>(i) + 1];
      require(slot >= 0 && slot < kMaxSlots, where, "a slot from 0 to " + text(kMaxSlots - 1), text(slot));
      const int id = batchedValue(source_.feeds[static_cast<size_t>(i)], where);
      const Value& value = program_.values[static_cast<size_t>(id)];
      require(value.space == Space::arena, where, "a value in the arena", "value " + text(id));
      program_.feeds.push_back({id, slot, value.shape.count(1)});
    }
  }

  void readOutputs() {
    for (size_t i = 0; i < source_.outputs.size(); ++i) {
      const int id = batchedValue(source_.outputs[i], "output " + text(static_cast<int64_t>(i)));
      program_.outputs.push_back({id, program_.values[static_cast<size_t>(id)].shape.count(1)});
    }
  }

  void readUpdate() {
    const auto count = static_cast<int64_t>(program_.instructions.size());
    require(source_.updateEvery >= 1, "update.every", "at least 1", text(source_.updateEvery));
    require(source_.updateFirst >= 0 && source_.updateFirst <= source_.updateEnd && source_.updateEnd <= count, "update",
            "a range of the " + text(count) + " instructions", text(source_.updateFirst) + " to " + text(source_.updateEnd));
    program_.updateEvery = static_cast<uint64_t>(source_.updateEvery);
    program_.updateFirst = static_cast<size_t>(source_.updateFirst);
    program_.updateEnd = static_cast<size_t>(source_.updateEnd);
  }

  void readRates() {
    const auto size = static_cast<int64_t>(source_.rateOf.size());
    const auto count = static_cast<int64_t>(program_.instructions.size());
    require(source_.learningRates >= 1 && source_.learningRates <= kMaxRates, "learningRates.count", "1 to " + text(kMaxRates),
            text(source_.learningRates));
    require(size % 2 == 0, "learningRates.of", "pairs of instruction and learning rate", text(size) + " ints");
    for (int64_t i = 0; i < size; i += 2) {
      const std::string where = "learning rate " + text(i / 2);
      const int32_t instruction = source_.rateOf[static_cast<size_t>(i)];
      const int32_t rate = source_.rateOf[static_cast<size_t>(i) + 1];
      require(instruction >= 0 && instruction < count, where, "one of the " + text(count) + " instructions", text(instruction));
      require(rate >= 0 && rate < source_.learningRates, where, "a learning rate from 0 to " + text(source_.learningRates - 1),
              text(rate));
      program_.instructions[static_cast<size_t>(instruction)].rate = rate;
    }
    program_.learningRates = source_.learningRates;
  }

  int batchedValue(int32_t id, const std::string& where) const {
    require(id >= 0 && id < static_cast<int64_t>(program_.values.size()), where,
            "a value id from 0 to " + text(static_cast<int64_t>(program_.values.size()) - 1), text(id));
    const Shape& shape = program_.values[static_cast<size_t>(id)].shape;
    require(shape.batched(), where, "a value with one row a sample", "value " + text(id) + " " + formatShape(shape));
    return id;
  }

  const ProgramSource& source_;
  const int64_t persistentFloats_;
  const int threads_;
  std::vector<const Kernel*> kernels_;
  Program program_;
};

}  // namespace

AlignedFloats::AlignedFloats(int64_t count) : size_(count) {
  const size_t bytes = static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(float);
  data_ = {static_cast<float*>(allocateZeroed(bytes)), Release{bytes}};
}

void AlignedFloats::Release::operator()(float* pointer) const { releaseZeroed(pointer, bytes); }

Program loadProgram(const ProgramSource& source, int64_t persistentFloats, int threads) {
  return Loader(source, persistentFloats, threads).load();
}

}  // namespace lamina
