#include "peak.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <thread>
#include <vector>

#include "program.h"
#include "simd/level.h"

#if defined(LAMINA_X86)
#include <immintrin.h>
#elif defined(LAMINA_NEON)
#include <arm_neon.h>
#endif

#if defined(LAMINA_X86) && !defined(_MSC_VER)
#define LAMINA_TARGET(features) __attribute__((target(features)))
#else
#define LAMINA_TARGET(features)
#endif

namespace lamina {

namespace {

using Clock = std::chrono::steady_clock;

/** Independent chains: enough to cover the latency of two fused multiply-add units. */
constexpr int kChains = 12;
constexpr int64_t kRepetitions = 2'000'000;
constexpr int kTrials = 5;
/** Floats of the three arrays of a thread together: within the first, second and third level of caches, as their sizes are today. No powers of two, so
 *  that the three do not fall on the same lines. */
constexpr int64_t kCachedFloats[] = {3 * 2000, 3 * 32000, 3 * 500000};
/** Floats of the three arrays of all threads, far more than any cache holds. */
constexpr int64_t kMemoryFloats = 3 * (int64_t{1} << 24);
/** Floats that one trial of a cached triad passes over at least. */
constexpr int64_t kCachedPasses = int64_t{1} << 28;

#if defined(LAMINA_X86)
LAMINA_TARGET("avx512f") float chains512() {
  __m512 sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 a = _mm512_set1_ps(0.999f);
  const __m512 b = _mm512_set1_ps(1e-3f);
  for (int64_t r = 0; r < kRepetitions; ++r)
    for (int i = 0; i < kChains; ++i) sum[i] = _mm512_fmadd_ps(sum[i], a, b);
  __m512 total = sum[0];
  for (int i = 1; i < kChains; ++i) total = _mm512_add_ps(total, sum[i]);
  return _mm_cvtss_f32(_mm512_castps512_ps128(total));
}

LAMINA_TARGET("avx512f") void triad512(float* a, const float* b, const float* c, int64_t count) {
  const __m512 s = _mm512_set1_ps(0.5f);
  for (int64_t i = 0; i < count; i += 16)
    _mm512_store_ps(a + i, _mm512_fmadd_ps(s, _mm512_load_ps(c + i), _mm512_load_ps(b + i)));
}

LAMINA_TARGET("avx2,fma") void triad256(float* a, const float* b, const float* c, int64_t count) {
  const __m256 s = _mm256_set1_ps(0.5f);
  for (int64_t i = 0; i < count; i += 8) _mm256_store_ps(a + i, _mm256_fmadd_ps(s, _mm256_load_ps(c + i), _mm256_load_ps(b + i)));
}

LAMINA_TARGET("avx2,fma") float chains256() {
  __m256 sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 a = _mm256_set1_ps(0.999f);
  const __m256 b = _mm256_set1_ps(1e-3f);
  for (int64_t r = 0; r < kRepetitions; ++r)
    for (int i = 0; i < kChains; ++i) sum[i] = _mm256_fmadd_ps(sum[i], a, b);
  __m256 total = sum[0];
  for (int i = 1; i < kChains; ++i) total = _mm256_add_ps(total, sum[i]);
  return _mm_cvtss_f32(_mm256_castps256_ps128(total));
}

float chainsPlain() {
  __m128 sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = _mm_set1_ps(static_cast<float>(i));
  const __m128 a = _mm_set1_ps(0.999f);
  const __m128 b = _mm_set1_ps(1e-3f);
  for (int64_t r = 0; r < kRepetitions; ++r)
    for (int i = 0; i < kChains; ++i) sum[i] = _mm_add_ps(_mm_mul_ps(sum[i], a), b);
  __m128 total = sum[0];
  for (int i = 1; i < kChains; ++i) total = _mm_add_ps(total, sum[i]);
  return _mm_cvtss_f32(total);
}
#elif defined(LAMINA_NEON)
float chainsNeon() {
  float32x4_t sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = vdupq_n_f32(static_cast<float>(i));
  const float32x4_t a = vdupq_n_f32(0.999f);
  const float32x4_t b = vdupq_n_f32(1e-3f);
  for (int64_t r = 0; r < kRepetitions; ++r)
    for (int i = 0; i < kChains; ++i) sum[i] = vfmaq_f32(b, sum[i], a);
  float32x4_t total = sum[0];
  for (int i = 1; i < kChains; ++i) total = vaddq_f32(total, sum[i]);
  return vaddvq_f32(total);
}
#else
float chainsPlain() {
  float sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = static_cast<float>(i);
  for (int64_t r = 0; r < kRepetitions; ++r)
    for (int i = 0; i < kChains; ++i) sum[i] = sum[i] * 0.999f + 1e-3f;
  float total = 0;
  for (int i = 0; i < kChains; ++i) total += sum[i];
  return total;
}
#endif

/** Runs the chains once; returns floats a vector, and leaves the result where the compiler cannot drop it. */
int chainsOnce(volatile float& sink) {
#if defined(LAMINA_X86)
  switch (simd::level()) {
    case simd::Level::avx512: sink = chains512(); return 16;
    case simd::Level::avx2: sink = chains256(); return 8;
    default: sink = chainsPlain(); return 4;
  }
#elif defined(LAMINA_NEON)
  sink = chainsNeon();
  return 4;
#else
  sink = chainsPlain();
  return 1;
#endif
}

/** a = b + 0.5 * c over whole vectors. */
void triadOnce(float* a, const float* b, const float* c, int64_t count) {
#if defined(LAMINA_X86)
  switch (simd::level()) {
    case simd::Level::avx512: return triad512(a, b, c, count);
    case simd::Level::avx2: return triad256(a, b, c, count);
    default: break;
  }
#endif
  for (int64_t i = 0; i < count; ++i) a[i] = b[i] + 0.5f * c[i];
}

/** Seconds until `body(thread)` has returned on all threads. */
double timed(int threads, const std::function<void(int)>& body) {
  const auto started = Clock::now();
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(body, t);
  body(0);
  for (auto& other : others) other.join();
  return std::chrono::duration<double>(Clock::now() - started).count();
}

/** The best of some trials in which each thread passes so often over three arrays of its own. */
Bandwidth triad(int threads, int64_t floatsAThread, int64_t passes) {
  const int64_t count = floatsAThread / 3 / 16 * 16;
  const AlignedFloats arrays(3 * count * threads);
  Bandwidth result;
  result.workingSetBytes = 3 * count * static_cast<int64_t>(sizeof(float));
  for (int trial = 0; trial < kTrials; ++trial) {
    const double seconds = timed(threads, [&](int thread) {
      float* const a = arrays.data() + 3 * count * thread;
      for (int64_t pass = 0; pass < passes; ++pass) triadOnce(a, a + count, a + 2 * count, count);
    });
    const double bytes = static_cast<double>(result.workingSetBytes) * static_cast<double>(passes) * threads;
    result.gigabytesPerSecond = std::max(result.gigabytesPerSecond, bytes / seconds * 1e-9);
  }
  return result;
}

}  // namespace

Peak measurePeak(int threads, bool bandwidths) {
  Peak peak;
  for (int trial = 0; trial < kTrials; ++trial) {
    int width = 1;
    const double seconds = timed(threads, [&](int thread) {
      volatile float sink = 0;
      const int lanes = chainsOnce(sink);
      if (thread == 0) width = lanes;
    });
    const double flops = 2.0 * kChains * static_cast<double>(kRepetitions) * width * threads;
    peak.gflops = std::max(peak.gflops, flops / seconds * 1e-9);
  }
  if (!bandwidths) return peak;
  for (const int64_t floats : kCachedFloats) peak.bandwidths.push_back(triad(threads, floats, std::max<int64_t>(1, kCachedPasses / floats)));
  peak.bandwidths.push_back(triad(threads, kMemoryFloats / threads, 1));
  return peak;
}

}  // namespace lamina
