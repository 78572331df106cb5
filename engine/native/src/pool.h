#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace lamina {

/** Cores the machine offers, at least 1. */
int machineCores();

/** The number of cores all sessions together may keep busy. A run always gets its own thread; helpers come out of what is left. */
void setCoreBudget(int cores);
int coreBudget();

/**
 * The threads of one session: the thread that runs the batches and its helpers. Helpers are started when first needed, wait with a short
 * spin and then sleep. Each thread begins with its own stretch of the tiles, so that what one op leaves in a core's cache is where the next op looks for
 * it; who has done its own takes from the ends of others, so a team finishes even when no helper ever gets a core.
 */
class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /** Takes cores from the budget for one run; returns the threads this run may use (1 to the team's size). */
  int acquire();
  /** Gives them back. */
  void release();

  /** Calls body(tile, worker) for each tile and returns when all are done. Only the running thread may call it, never from a tile. */
  template <class Body>
  void run(int64_t tiles, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    dispatch(
        tiles, [](void* argument, int64_t tile, int worker) { (*static_cast<Plain*>(argument))(tile, worker); },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  using Call = void (*)(void* argument, int64_t tile, int worker);

  /** Something one thread waits for: a short spin on the counter, then sleep. */
  struct Gate {
    alignas(64) std::atomic<uint32_t> count{0};
    std::atomic<bool> sleeping{false};
    std::mutex mutex;
    std::condition_variable condition;

    void wake(uint32_t by = 1);
    template <class Ready>
    void wait(Ready ready);
  };

  /** Tiles of one thread that nobody has claimed: the first in the upper half, the one behind the last in the lower half. */
  struct Stretch {
    alignas(64) std::atomic<uint64_t> tiles{0};
  };

  void dispatch(int64_t tiles, Call call, void* argument);
  /** Claims and runs tiles of the current job until none is left; returns how many. */
  uint32_t work(int worker);
  /** The same of one stretch, from its front or its end. */
  uint32_t workOn(Stretch& stretch, bool front, int worker);
  void helperLoop(int worker);

  const int threads_;
  std::vector<std::thread> helpers_;
  std::unique_ptr<Gate[]> gates_;
  Gate finished_;

  Call call_ = nullptr;
  void* argument_ = nullptr;
  std::atomic<int> granted_{1};
  std::unique_ptr<Stretch[]> stretches_;
  std::atomic<bool> stop_{false};
};

/** Flushes denormals to zero on the calling thread, so that tiny gradients cost no more than others; every thread of a team does it. */
void flushDenormals();

}  // namespace lamina
