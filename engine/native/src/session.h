#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gather.h"
#include "program.h"

namespace lamina {

struct RunRequest {
  std::string program;
  std::vector<int32_t> rows;
  int64_t batchSize = 1;
  /** Those of a step in a row: once for all steps, or step after step. */
  std::vector<double> learningRates;
  uint64_t iteration = 0;
  /** One a program output, or none at all. */
  std::vector<float*> outputs;
  std::vector<int64_t> outputLengths;
  bool stopWhenNotFinite = false;
  /** What the accumulators begin with; empty = zeros. */
  std::vector<double> accumulators;
};

enum class Stopped { no, cancelled, notFinite };

struct RunResult {
  int64_t steps = 0;
  int64_t samples = 0;
  std::vector<double> accumulators;
  double seconds = 0;
  Stopped stopped = Stopped::no;
};

struct Progress {
  bool running = false;
  bool paused = false;
  int64_t step = 0;
  int64_t steps = 0;
  int64_t samples = 0;
  std::vector<double> accumulators;
};

struct ProfileRow {
  std::string program;
  int instruction = 0;
  const char* kernel = nullptr;
  int64_t calls = 0;
  double seconds = 0;
};

/** A call that does not fit: `expected` and `received` say why. */
struct InvalidCall : InvalidProgram {
  using InvalidProgram::InvalidProgram;
};

/** A session that would take more memory than there is. */
struct OutOfMemory : InvalidProgram {
  using InvalidProgram::InvalidProgram;
};

/**
 * One persistent memory and one arena, several programs over them. `prepare` and `run` belong together and are called one after the other;
 * `cancel`, `pause`, `resume`, `progress` and `profile` may be called from any thread at any time.
 */
class Session {
 public:
  /** Throws InvalidProgram, or OutOfMemory before anything large is allocated. */
  Session(const std::vector<ProgramSource>& programs, int64_t persistentFloats, int threads, uint64_t seed,
          Precision precision = Precision::float32);

  /** Checks a request against its program and the data, and takes it as the next run. Throws InvalidCall. */
  void prepare(RunRequest request, std::vector<DataView> data);
  /** Runs what was prepared, on the calling thread. Allocates nothing once the first batch has begun. */
  RunResult run();

  void cancel();
  void pause();
  void resume();
  Progress progress();
  /** What was measured so far; then switches profiling on (from zero, when it was off) or off. */
  std::vector<ProfileRow> profile(bool enable);

  float* persistent() const { return persistent_.data(); }
  int64_t persistentFloats() const { return persistentFloats_; }

 private:
  struct Timing {
    std::atomic<int64_t> calls{0};
    std::atomic<int64_t> nanoseconds{0};
  };
  /** A program with its operands resolved for one batch size. */
  struct Bound {
    Program program;
    int64_t samples = 0;
    std::vector<Tensor> operands;
    std::vector<Arguments> arguments;
    std::vector<Timing> timings;
  };

  void resolve(Bound& bound, int64_t samples);
  Tensor tensorOf(const Program& program, int id, int64_t samples) const;
  /** The batch that begins with `rows[0]`; `known` rows are left of the run. */
  void gather(const Bound& bound, const Context& context, const int32_t* rows, int64_t samples, int64_t known) const;
  /** One step: all instructions, those of an update where this step ends with one. */
  void execute(Bound& bound, Context& context);
  void executeRange(Bound& bound, Context& context, size_t begin, size_t end);
  /** Waits while paused; returns false when the run is to end. */
  bool mayContinue(Context& context);
  bool allFinite(int count) const;

  std::map<std::string, Bound> programs_;
  int64_t persistentFloats_;
  AlignedFloats persistent_;
  AlignedFloats arena_;
  AlignedFloats scratch_;
  std::vector<double> accumulators_;
  uint64_t seed_;
  Precision precision_;
  int threads_;
  Team team_;

  RunRequest request_;
  std::vector<DataView> data_;
  Bound* current_ = nullptr;
  /** Learning rates of the step at hand. */
  const double* rates_ = nullptr;

  std::atomic<bool> cancelled_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> profiling_{false};
  std::mutex controlMutex_;
  std::condition_variable control_;
  std::mutex progressMutex_;
  Progress progress_;
};

}  // namespace lamina
