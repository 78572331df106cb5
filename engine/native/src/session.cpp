#include "session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "memory.h"

namespace lamina {

namespace {

using Clock = std::chrono::steady_clock;

/** Floats that one gather tile copies at least. */
constexpr int64_t kGatherTile = 16384;

void refuse(bool wrong, const std::string& message, const std::string& expected, const std::string& received) {
  if (wrong) throw InvalidCall(message, expected, received);
}

void requireMemory(int64_t floats) {
  const int64_t wanted = floats * static_cast<int64_t>(sizeof(float));
  const int64_t available = availableMemory();
  const auto megabytes = [](int64_t bytes) { return std::to_string(bytes / (1024 * 1024)) + " MiB"; };
  if (wanted > available)
    throw OutOfMemory("There is not enough memory for this session", "at most " + megabytes(available), megabytes(wanted));
}

}  // namespace

Session::Session(const std::vector<ProgramSource>& programs, int64_t persistentFloats, int threads, uint64_t seed, Precision precision)
    : persistentFloats_(persistentFloats), seed_(seed), precision_(precision), threads_(threads), team_(threads) {
  int64_t arena = 0;
  int64_t scratch = 0;
  int accumulators = 0;
  for (const ProgramSource& source : programs) {
    Bound& bound = programs_[source.name];
    bound.program = loadProgram(source, persistentFloats, threads);
    bound.operands.resize(bound.program.operands.size());
    bound.arguments.resize(bound.program.instructions.size());
    bound.timings = std::vector<Timing>(bound.program.instructions.size());
    arena = std::max(arena, bound.program.arenaFloats);
    scratch = std::max(scratch, bound.program.scratchFloats);
    accumulators = std::max(accumulators, bound.program.accumulators);
  }
  requireMemory(persistentFloats + arena + scratch);
  persistent_ = AlignedFloats(persistentFloats);
  arena_ = AlignedFloats(arena);
  scratch_ = AlignedFloats(scratch);
  accumulators_.resize(static_cast<size_t>(accumulators));
}

Tensor Session::tensorOf(const Program& program, int id, int64_t samples) const {
  Tensor tensor;
  if (id < 0) return tensor;
  const Value& value = program.values[static_cast<size_t>(id)];
  float* const base = value.space == Space::arena        ? arena_.data()
                      : value.space == Space::persistent ? persistent_.data()
                                                         : program.constants.data();
  tensor.data = base + value.offset;
  tensor.rank = value.shape.rank;
  tensor.count = value.shape.count(samples);
  for (int i = 0; i < tensor.rank; ++i)
    tensor.dims[i] = value.shape.dims[i] < 0 ? -value.shape.dims[i] * samples : value.shape.dims[i];
  return tensor;
}

void Session::resolve(Bound& bound, int64_t samples) {
  if (bound.samples == samples) return;
  bound.samples = samples;
  const Program& program = bound.program;
  for (size_t i = 0; i < program.operands.size(); ++i) bound.operands[i] = tensorOf(program, program.operands[i], samples);
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    const Instruction& instruction = program.instructions[i];
    Arguments& arguments = bound.arguments[i];
    arguments.inputs = bound.operands.data() + instruction.firstOperand;
    arguments.inputCount = instruction.inputs;
    arguments.outputs = arguments.inputs + instruction.inputs;
    arguments.outputCount = instruction.outputs;
    arguments.attributes = program.attributes.data() + instruction.firstAttribute;
    arguments.scratch = scratch_.data();
  }
}

void Session::prepare(RunRequest request, std::vector<DataView> data) {
  const auto found = programs_.find(request.program);
  if (found == programs_.end()) {
    std::string names;
    for (const auto& [name, bound] : programs_) names += (names.empty() ? "\"" : ", \"") + name + "\"";
    refuse(true, "There is no such program in this session", "one of " + names, "\"" + request.program + "\"");
  }
  const Program& program = found->second.program;
  refuse(request.batchSize < 1 || request.batchSize > program.batchCapacity, "The batch size does not fit the program",
         "1 to " + std::to_string(program.batchCapacity), std::to_string(request.batchSize));
  const auto rows = static_cast<int64_t>(request.rows.size());
  const int64_t steps = (rows + request.batchSize - 1) / request.batchSize;
  const auto rates = static_cast<int64_t>(request.learningRates.size());
  const int64_t each = program.learningRates;
  const std::string some = std::to_string(each) + (each == 1 ? " value" : " values");
  refuse(rates != each && rates != each * steps, "The learning rates do not fit the steps",
         steps == 1 ? some : std::to_string(each) + " or " + std::to_string(each * steps) + " values", std::to_string(rates));

  const auto begun = static_cast<int64_t>(request.accumulators.size());
  refuse(begun != 0 && begun != program.accumulators, "The accumulators to begin with do not fit the program",
         std::to_string(program.accumulators) + " values", std::to_string(begun));

  int64_t available = INT64_MAX;
  for (const Feed& feed : program.feeds) {
    const std::string slot = "slot " + std::to_string(feed.slot);
    refuse(feed.slot >= static_cast<int64_t>(data.size()), "The program reads a data slot that is not bound", slot,
           std::to_string(data.size()) + " slots");
    const DataView& view = data[static_cast<size_t>(feed.slot)];
    refuse(view.rowSize != feed.rowElements, "The rows of a data slot do not fit the program",
           slot + " with " + std::to_string(feed.rowElements) + " elements a row", std::to_string(view.rowSize));
    available = std::min(available, view.rows);
  }
  for (int64_t i = 0; i < rows; ++i) {
    const int32_t row = request.rows[static_cast<size_t>(i)];
    // The words are made when there is something to say: an epoch has as many rows as it has samples.
    if (row < 0 || row >= available)
      refuse(true, "A row number is outside the data", "0 to " + std::to_string(std::min<int64_t>(available, INT32_MAX) - 1),
             std::to_string(row) + " at position " + std::to_string(i));
  }
  if (!request.outputs.empty()) {
    refuse(request.outputs.size() != program.outputs.size(), "The outputs do not fit the program",
           std::to_string(program.outputs.size()) + " arrays", std::to_string(request.outputs.size()));
    for (size_t i = 0; i < request.outputs.size(); ++i) {
      const int64_t wanted = rows * program.outputs[i].rowElements;
      refuse(request.outputLengths[i] != wanted, "An output array has the wrong length",
             std::to_string(wanted) + " floats for output " + std::to_string(i), std::to_string(request.outputLengths[i]));
    }
  }

  request_ = std::move(request);
  data_ = std::move(data);
  current_ = &found->second;
  cancelled_.store(false);
  std::lock_guard lock(progressMutex_);
  progress_.running = true;
  progress_.step = 0;
  progress_.steps = steps;
  progress_.samples = 0;
  progress_.accumulators.assign(static_cast<size_t>(program.accumulators), 0.0);
}

void Session::gather(const Bound& bound, const Context& context, const int32_t* rows, int64_t samples, int64_t known) const {
  for (const Feed& feed : bound.program.feeds) {
    const DataView& view = data_[static_cast<size_t>(feed.slot)];
    const Value& value = bound.program.values[static_cast<size_t>(feed.value)];
    float* const target = arena_.data() + value.offset;
    const int64_t rowsPerTile = std::max<int64_t>(1, kGatherTile / view.rowSize);
    parallelFor(context, (samples + rowsPerTile - 1) / rowsPerTile, [&](int64_t tile, int) {
      const int64_t begin = tile * rowsPerTile;
      gatherRows(view, rows, begin, std::min(samples, begin + rowsPerTile), known, target + begin * view.rowSize);
    });
  }
}

void Session::execute(Bound& bound, Context& context) {
  const Program& program = bound.program;
  const uint64_t step = context.iteration;
  executeRange(bound, context, 0, program.updateFirst);
  if ((step + 1) % program.updateEvery == 0) {
    context.iteration = step / program.updateEvery;
    executeRange(bound, context, program.updateFirst, program.updateEnd);
    context.iteration = step;
  }
  executeRange(bound, context, program.updateEnd, program.instructions.size());
}

namespace {

void runKernel(const Context& context, const Instruction& instruction, const Arguments& arguments) {
  if (instruction.fold == 1) {
    instruction.kernel->run(context, arguments);
    return;
  }
  Context folded = context;
  folded.samples *= instruction.fold;
  folded.capacity *= instruction.fold;
  instruction.kernel->run(folded, arguments);
}

}  // namespace

void Session::executeRange(Bound& bound, Context& context, size_t begin, size_t end) {
  const std::vector<Instruction>& instructions = bound.program.instructions;
  if (!profiling_.load(std::memory_order_relaxed)) {
    for (size_t i = begin; i < end; ++i) {
      context.learningRate = rates_[instructions[i].rate];
      runKernel(context, instructions[i], bound.arguments[i]);
    }
    return;
  }
  auto before = Clock::now();
  for (size_t i = begin; i < end; ++i) {
    context.learningRate = rates_[instructions[i].rate];
    runKernel(context, instructions[i], bound.arguments[i]);
    const auto after = Clock::now();
    bound.timings[i].calls.fetch_add(1, std::memory_order_relaxed);
    bound.timings[i].nanoseconds.fetch_add(std::chrono::nanoseconds(after - before).count(), std::memory_order_relaxed);
    before = after;
  }
}

bool Session::mayContinue(Context& context) {
  if (cancelled_.load(std::memory_order_relaxed)) return false;
  if (!paused_.load(std::memory_order_relaxed)) return true;
  // Others may use the cores meanwhile.
  team_.release();
  {
    std::unique_lock lock(controlMutex_);
    control_.wait(lock, [&] { return cancelled_.load() || !paused_.load(); });
  }
  context.threads = team_.acquire();
  return !cancelled_.load();
}

bool Session::allFinite(int count) const {
  for (int i = 0; i < count; ++i)
    if (!std::isfinite(accumulators_[static_cast<size_t>(i)])) return false;
  return true;
}

RunResult Session::run() {
  Bound& bound = *current_;
  const Program& program = bound.program;
  const auto total = static_cast<int64_t>(request_.rows.size());
  RunResult result;
  result.accumulators.resize(static_cast<size_t>(program.accumulators));
  std::fill(accumulators_.begin(), accumulators_.end(), 0.0);
  std::copy(request_.accumulators.begin(), request_.accumulators.end(), accumulators_.begin());

  Context context;
  context.capacity = program.batchCapacity;
  context.seed = seed_;
  context.precision = precision_;
  context.accumulators = accumulators_.data();
  context.team = &team_;
  context.threads = team_.acquire();

  const auto started = Clock::now();
  while (result.samples < total) {
    if (!mayContinue(context)) {
      result.stopped = Stopped::cancelled;
      break;
    }
    const int64_t samples = std::min(request_.batchSize, total - result.samples);
    const bool constant = static_cast<int64_t>(request_.learningRates.size()) == program.learningRates;
    context.samples = samples;
    context.iteration = request_.iteration + static_cast<uint64_t>(result.steps);
    rates_ = request_.learningRates.data() + (constant ? 0 : result.steps * program.learningRates);
    resolve(bound, samples);
    gather(bound, context, request_.rows.data() + result.samples, samples, total - result.samples);
    execute(bound, context);
    for (size_t i = 0; i < request_.outputs.size(); ++i) {
      const Output& output = program.outputs[i];
      const Tensor tensor = tensorOf(program, output.value, samples);
      std::memcpy(request_.outputs[i] + result.samples * output.rowElements, tensor.data,
                  static_cast<size_t>(tensor.count) * sizeof(float));
    }
    result.steps += 1;
    result.samples += samples;
    {
      std::lock_guard lock(progressMutex_);
      progress_.step = result.steps;
      progress_.samples = result.samples;
      std::copy_n(accumulators_.begin(), program.accumulators, progress_.accumulators.begin());
    }
    if (request_.stopWhenNotFinite && !allFinite(program.accumulators)) {
      result.stopped = Stopped::notFinite;
      break;
    }
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - started).count();
  team_.release();
  std::copy_n(accumulators_.begin(), program.accumulators, result.accumulators.begin());
  std::lock_guard lock(progressMutex_);
  progress_.running = false;
  return result;
}

void Session::cancel() {
  {
    std::lock_guard lock(controlMutex_);
    cancelled_.store(true);
    paused_.store(false);
  }
  control_.notify_all();
}

void Session::pause() { paused_.store(true); }

void Session::resume() {
  {
    std::lock_guard lock(controlMutex_);
    paused_.store(false);
  }
  control_.notify_all();
}

Progress Session::progress() {
  std::lock_guard lock(progressMutex_);
  Progress copy = progress_;
  copy.paused = paused_.load();
  return copy;
}

std::vector<ProfileRow> Session::profile(bool enable) {
  std::vector<ProfileRow> rows;
  for (auto& [name, bound] : programs_)
    for (size_t i = 0; i < bound.timings.size(); ++i) {
      const int64_t calls = bound.timings[i].calls.load(std::memory_order_relaxed);
      if (calls == 0) continue;
      rows.push_back({name, static_cast<int>(i), bound.program.instructions[i].kernel->name, calls,
                      static_cast<double>(bound.timings[i].nanoseconds.load(std::memory_order_relaxed)) * 1e-9});
    }
  if (enable && !profiling_.load())
    for (auto& [name, bound] : programs_)
      for (Timing& timing : bound.timings) {
        timing.calls.store(0, std::memory_order_relaxed);
        timing.nanoseconds.store(0, std::memory_order_relaxed);
      }
  profiling_.store(enable);
  return rows;
}

}  // namespace lamina
