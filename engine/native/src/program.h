#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel.h"

namespace lamina {

/** The flat arrays of a program as they came in, not trusted. */
struct ProgramSource {
  std::string name;
  std::vector<std::string> kernels;
  int64_t batchCapacity = 0;
  int64_t arenaFloats = 0;
  int64_t accumulators = 0;
  std::vector<int32_t> values;
  std::vector<int32_t> code;
  std::vector<double> attributes;
  std::vector<float> constants;
  std::vector<int32_t> feeds;
  std::vector<int32_t> outputs;
  int64_t updateEvery = 1;
  int64_t updateFirst = 0;
  int64_t updateEnd = 0;
  int64_t learningRates = 1;
  std::vector<int32_t> rateOf;
};

enum class Space : int32_t { arena = 0, persistent = 1, constant = 2 };

struct Value {
  Space space = Space::arena;
  int64_t offset = 0;
  Shape shape;
};

struct Instruction {
  const Kernel* kernel = nullptr;
  /** Positions in `Program::operands`. */
  int firstOperand = 0;
  int inputs = 0;
  int outputs = 0;
  int firstAttribute = 0;
  /** Which of the learning rates of a step it goes by. */
  int rate = 0;
  /** Rows a sample where steps were folded into the batch (`[-10, 8]`): the kernel sees so many times the samples. */
  int64_t fold = 1;
};

struct Feed {
  int value = 0;
  int slot = 0;
  /** Floats a sample. */
  int64_t rowElements = 0;
};

struct Output {
  int value = 0;
  int64_t rowElements = 0;
};

/** Floats that begin on a cache line. */
class AlignedFloats {
 public:
  AlignedFloats() = default;
  /** Zeroed. Throws std::bad_alloc. */
  explicit AlignedFloats(int64_t count);
  float* data() const { return data_.get(); }
  int64_t size() const { return size_; }

 private:
  struct Release {
    size_t bytes;
    void operator()(float* pointer) const;
  };
  std::unique_ptr<float, Release> data_;
  int64_t size_ = 0;
};

/** A program whose every id, offset, size, shape and attribute was checked: it can run unchecked. */
struct Program {
  std::string name;
  int64_t batchCapacity = 0;
  int64_t arenaFloats = 0;
  int64_t scratchFloats = 0;
  int accumulators = 0;
  std::vector<Value> values;
  std::vector<Instruction> instructions;
  /** Value ids of all instructions' inputs and outputs, -1 where absent. */
  std::vector<int> operands;
  std::vector<double> attributes;
  AlignedFloats constants;
  std::vector<Feed> feeds;
  std::vector<Output> outputs;
  /** Instructions in [updateFirst, updateEnd) run in the last of each `updateEvery` steps only. */
  uint64_t updateEvery = 1;
  size_t updateFirst = 0;
  size_t updateEnd = 0;
  /** Learning rates a step. */
  int64_t learningRates = 1;
};

/**
 * Checks a program for a session with this much persistent memory and this many threads. Throws InvalidProgram, its message naming the
 * program, the instruction and the kernel.
 */
Program loadProgram(const ProgramSource& source, int64_t persistentFloats, int threads);

}  // namespace lamina
