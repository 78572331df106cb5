#include "pool.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#define LAMINA_PAUSE() _mm_pause()
#elif defined(__aarch64__) && !defined(_MSC_VER)
#define LAMINA_PAUSE() __asm__ __volatile__("yield")
#else
#define LAMINA_PAUSE() std::this_thread::yield()
#endif

namespace lamina {

namespace {

/** Longer than the gap between two parallel instructions of a small network, shorter than what a busy machine would notice. */
constexpr auto kSpin = std::chrono::microseconds(20);

std::mutex budgetMutex;
int budget = 0;
int coresInUse = 0;

}  // namespace

int machineCores() { return std::max(1u, std::thread::hardware_concurrency()); }

void setCoreBudget(int cores) {
  std::lock_guard lock(budgetMutex);
  budget = std::max(1, cores);
}

int coreBudget() {
  std::lock_guard lock(budgetMutex);
  return budget > 0 ? budget : machineCores();
}

void flushDenormals() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__) && !defined(_MSC_VER)
  uint64_t control;
  __asm__ __volatile__("mrs %0, fpcr" : "=r"(control));
  __asm__ __volatile__("msr fpcr, %0" : : "r"(control | (1ull << 24)));
#endif
}

void Team::Gate::wake(uint32_t by) {
  // Sequentially consistent on both sides: either the sleeper sees the new state, or the waker sees the sleeper.
  count.fetch_add(by, std::memory_order_seq_cst);
  if (!sleeping.load(std::memory_order_seq_cst)) return;
  std::lock_guard lock(mutex);
  condition.notify_one();
}

template <class Ready>
void Team::Gate::wait(Ready ready) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  for (;;) {
    for (int i = 0; i < 8; ++i) {
      if (ready()) return;
      LAMINA_PAUSE();
    }
    if (std::chrono::steady_clock::now() >= end) break;
  }
  std::unique_lock lock(mutex);
  sleeping.store(true, std::memory_order_seq_cst);
  while (!ready()) condition.wait(lock);
  sleeping.store(false, std::memory_order_relaxed);
}

Team::Team(int threads)
    : threads_(threads), gates_(threads > 1 ? new Gate[static_cast<size_t>(threads)] : nullptr),
      stretches_(threads > 1 ? new Stretch[static_cast<size_t>(threads)] : nullptr) {}

Team::~Team() {
  stop_.store(true, std::memory_order_seq_cst);
  for (size_t i = 0; i < helpers_.size(); ++i) gates_[i + 1].wake();
  for (auto& helper : helpers_) helper.join();
}

int Team::acquire() {
  if (threads_ == 1) return 1;
  std::lock_guard lock(budgetMutex);
  const int limit = budget > 0 ? budget : machineCores();
  int granted = std::clamp(limit - coresInUse, 1, threads_);
  try {
    while (static_cast<int>(helpers_.size()) < granted - 1) {
      const int worker = static_cast<int>(helpers_.size()) + 1;
      helpers_.emplace_back([this, worker] { helperLoop(worker); });
    }
  } catch (const std::system_error&) {
    // The system gives no more threads: work with those there are.
    granted = static_cast<int>(helpers_.size()) + 1;
  }
  coresInUse += granted;
  granted_.store(granted, std::memory_order_relaxed);
  return granted;
}

void Team::release() {
  if (threads_ == 1) return;
  std::lock_guard lock(budgetMutex);
  coresInUse -= granted_.load(std::memory_order_relaxed);
}

void Team::dispatch(int64_t tiles, Call call, void* argument) {
  call_ = call;
  argument_ = argument;
  finished_.count.store(0, std::memory_order_relaxed);
  const int wanted = static_cast<int>(std::min<int64_t>(granted_.load(std::memory_order_relaxed), tiles));
  for (int worker = 0; worker < wanted; ++worker) {
    const auto begin = static_cast<uint64_t>(tiles * worker / wanted), end = static_cast<uint64_t>(tiles * (worker + 1) / wanted);
    stretches_[static_cast<size_t>(worker)].tiles.store(begin << 32 | end, std::memory_order_release);
  }
  for (int worker = 1; worker < wanted; ++worker) gates_[static_cast<size_t>(worker)].wake();
  const uint32_t others = static_cast<uint32_t>(tiles) - work(0);
  finished_.wait([&] { return finished_.count.load(std::memory_order_seq_cst) == others; });
}

uint32_t Team::work(int worker) {
  uint32_t done = workOn(stretches_[static_cast<size_t>(worker)], true, worker);
  for (int step = 1; step < threads_; ++step) done += workOn(stretches_[static_cast<size_t>((worker + step) % threads_)], false, worker);
  return done;
}

uint32_t Team::workOn(Stretch& stretch, bool front, int worker) {
  uint32_t done = 0;
  uint64_t tiles = stretch.tiles.load(std::memory_order_acquire);
  for (;;) {
    const uint64_t begin = tiles >> 32, end = tiles & 0xffffffffu;
    if (begin == end || worker >= granted_.load(std::memory_order_relaxed)) return done;
    const uint64_t left = front ? (begin + 1) << 32 | end : begin << 32 | (end - 1);
    if (!stretch.tiles.compare_exchange_weak(tiles, left, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    // The claim keeps the job alive: its owner waits until every claimed tile has been counted.
    call_(argument_, static_cast<int64_t>(front ? begin : end - 1), worker);
    ++done;
    tiles = stretch.tiles.load(std::memory_order_acquire);
  }
}

void Team::helperLoop(int worker) {
  flushDenormals();
  Gate& gate = gates_[static_cast<size_t>(worker)];
  uint32_t seen = 0;
  for (;;) {
    gate.wait([&] {
      return gate.count.load(std::memory_order_seq_cst) != seen || stop_.load(std::memory_order_seq_cst);
    });
    if (stop_.load(std::memory_order_seq_cst)) return;
    seen = gate.count.load(std::memory_order_seq_cst);
    const uint32_t done = work(worker);
    if (done > 0) finished_.wake(done);
  }
}

}  // namespace lamina
