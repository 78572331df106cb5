#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pool.h"

namespace lamina {

constexpr int kMaxRank = 6;
/** Offsets are multiples of this many floats (64 bytes), so that every tensor starts on a cache line. */
constexpr int64_t kAlignment = 16;

/** A tensor's shape as the program states it: only the first dimension may be negative, `-k` standing for `k * n` samples. */
struct Shape {
  int rank = 0;
  int64_t dims[kMaxRank] = {};

  bool batched() const { return rank > 0 && dims[0] < 0; }
  /** Elements at `n` samples. */
  int64_t count(int64_t n) const {
    int64_t product = 1;
    for (int i = 0; i < rank; ++i) product *= dims[i] < 0 ? -dims[i] * n : dims[i];
    return product;
  }
  /** Product of the dimensions from `begin` to `end`, negative when it scales with the batch. Comparable between shapes. */
  int64_t product(int begin, int end) const {
    int64_t result = 1;
    for (int i = begin; i < end; ++i) result *= dims[i];
    return result;
  }
  /** All leading dimensions flattened, negative when they scale with the batch; 1 for rank 0 and 1. */
  int64_t rows() const { return rank < 2 ? 1 : product(0, rank - 1); }
  /** The last dimension; 1 for a scalar. */
  int64_t features() const { return rank == 0 ? 1 : dims[rank - 1]; }
  bool operator==(const Shape& other) const {
    if (rank != other.rank) return false;
    for (int i = 0; i < rank; ++i)
      if (dims[i] != other.dims[i]) return false;
    return true;
  }
  bool operator!=(const Shape& other) const { return !(*this == other); }
};

/** `[N, 4]`, `[2N, 8]`, `[]`: how shapes read in messages. */
std::string formatShape(const Shape& shape);

/** A tensor as a kernel sees it while running: `dims` and `count` are those of the batch at hand. Absent optional tensors have no data. */
struct Tensor {
  float* data = nullptr;
  int64_t count = 0;
  int rank = 0;
  int64_t dims[kMaxRank] = {};

  explicit operator bool() const { return data != nullptr; }
  int64_t features() const { return rank == 0 ? 1 : dims[rank - 1]; }
  int64_t rows() const { return rank < 2 ? 1 : count / dims[rank - 1]; }
};

/**
 * In what numbers matrix products are computed; sums and everything else are float32. `bfloat16x3`: three products of bfloat16 parts instead of
 * one of float32 numbers, where the processor has AMX; float32 elsewhere.
 */
enum class Precision { float32, bfloat16, bfloat16x3 };

/** What is true for the whole batch. */
struct Context {
  /** Samples of the batch at hand and the most there can be. */
  int64_t samples = 0;
  int64_t capacity = 0;
  /** Optimiser steps taken before this one. */
  uint64_t iteration = 0;
  uint64_t seed = 0;
  double learningRate = 0;
  Precision precision = Precision::float32;
  double* accumulators = nullptr;
  Team* team = nullptr;
  /** Threads that may enter a tile at once; worker numbers are below it. Never let a result depend on it. */
  int threads = 1;
};

/** One instruction's operands. */
struct Arguments {
  const Tensor* inputs = nullptr;
  const Tensor* outputs = nullptr;
  const double* attributes = nullptr;
  int inputCount = 0;
  int outputCount = 0;
  /** As many floats as `Checker::scratch` asked for, 64-byte aligned; contents do not survive the instruction. */
  float* scratch = nullptr;
};

/** Thrown while a program is loaded; the loader adds the program and the instruction. */
struct InvalidProgram : std::runtime_error {
  InvalidProgram(const std::string& message, std::string expectedText, std::string receivedText)
      : std::runtime_error(message), expected(std::move(expectedText)), received(std::move(receivedText)) {}
  std::string expected;
  std::string received;
};

/** What a kernel's `validate` sees of its instruction. Everything is checked here, once; `run` checks nothing. */
class Checker {
 public:
  Checker(std::vector<const Shape*> inputs, std::vector<const Shape*> outputs, const double* attributes, int attributeCount,
          int64_t capacity, int threads, int accumulators)
      : inputs_(std::move(inputs)), outputs_(std::move(outputs)), attributes_(attributes), attributeCount_(attributeCount),
        capacity_(capacity), threads_(threads), accumulators_(accumulators) {}

  /** Exact numbers of inputs, outputs and attributes; call it first. */
  void arity(int inputs, int outputs, int attributes) const;
  int inputCount() const { return static_cast<int>(inputs_.size()); }
  int outputCount() const { return static_cast<int>(outputs_.size()); }
  int attributeCount() const { return attributeCount_; }

  bool hasInput(int index) const { return inputs_[static_cast<size_t>(index)] != nullptr; }
  bool hasOutput(int index) const { return outputs_[static_cast<size_t>(index)] != nullptr; }
  /** The shape of an operand that must be there. */
  const Shape& input(int index) const;
  const Shape& output(int index) const;

  /** An attribute that must be finite and within [least, most]. */
  double number(int index, const char* name, double least, double most) const;
  /** An attribute that must be a whole number within [least, most]. */
  int64_t integer(int index, const char* name, int64_t least, int64_t most) const;

  void require(bool holds, const std::string& expected, const std::string& received) const {
    if (!holds) fail(expected, received);
  }
  /** Refuses operand `actual` unless it has the shape `wanted`. */
  void sameShape(const char* name, const Shape& actual, const Shape& wanted) const;
  /** Refuses operand `actual` unless it is `[size]`. */
  void vectorOf(const char* name, const Shape& actual, int64_t size) const;
  [[noreturn]] void fail(const std::string& expected, const std::string& received) const;

  /** Most samples a batch can hold, and most threads that can enter a tile (only to size scratch memory). */
  int64_t capacity() const { return capacity_; }
  int threads() const { return threads_; }
  /** Number of accumulators of the program. */
  int accumulators() const { return accumulators_; }
  /** Asks for scratch floats; the largest request counts. */
  void scratch(int64_t floats) { scratch_ = floats > scratch_ ? floats : scratch_; }
  int64_t scratchFloats() const { return scratch_; }

  /** Allows this output to lie exactly on this input. Any other overlap of an output with an operand is refused by the loader. */
  void inPlace(int output, int input) { inPlace_.emplace_back(output, input); }
  /** Allows every output to lie exactly on any input of its own shape: element i of the outputs needs only element i of the inputs. */
  void elementwise() { elementwise_ = true; }
  bool mayShare(int output, int input) const;

 private:
  std::vector<const Shape*> inputs_;
  std::vector<const Shape*> outputs_;
  const double* attributes_;
  int attributeCount_;
  int64_t capacity_;
  int threads_;
  int accumulators_;
  int64_t scratch_ = 0;
  bool elementwise_ = false;
  std::vector<std::pair<int, int>> inPlace_;
};

/** One op of docs/ops.md: `validate` throws InvalidProgram, `run` neither throws nor allocates. */
struct Kernel {
  const char* name;
  void (*validate)(Checker& checker);
  void (*run)(const Context& context, const Arguments& arguments);
};

/** The kernel registered under this name, or null. */
const Kernel* findKernel(const std::string& name);
/** All kernel names, sorted. */
std::vector<std::string> kernelNames();

/** A file-scope `const Registration registered{{"name", validate, run}};` makes a kernel known. */
struct Registration {
  explicit Registration(const Kernel& kernel);
};

/**
 * Calls `body(tile, worker)` for every tile in [0, tiles), by up to `context.threads` threads; returns when all are done. What a tile is
 * must depend on shapes only. `worker` is in [0, context.threads) and only picks per-thread scratch. `body` must not throw.
 */
template <class Body>
inline void parallelFor(const Context& context, int64_t tiles, Body&& body) {
  if (tiles <= 1 || context.threads <= 1 || context.team == nullptr) {
    for (int64_t tile = 0; tile < tiles; ++tile) body(tile, 0);
    return;
  }
  context.team->run(tiles, body);
}

}  // namespace lamina
