#include "gather.h"

#include <algorithm>
#include <cstring>

#include "kernels/vectorize.h"

#if defined(__GNUC__) || defined(__clang__)
#define LAMINA_PREFETCH(address) __builtin_prefetch(address)
#elif defined(_M_X64)
#include <immintrin.h>
#define LAMINA_PREFETCH(address) _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_T0)
#else
#define LAMINA_PREFETCH(address)
#endif

namespace lamina {

namespace {

constexpr int64_t kLine = 64;
/** As many bytes ahead as memory takes to answer, at the rate of a copy. */
constexpr int64_t kAhead = 8192;
/** Of one row; what follows in a longer one is foreseen by the processor. */
constexpr int64_t kMostOfRow = 4096;
/** Data of fewer bytes stay in a cache. */
constexpr int64_t kNear = 1 << 18;
/** Rows of fewer floats are copied in place: a call takes longer. */
constexpr int64_t kShort = 64;

void copyRow(const float* from, int64_t size, float* to) {
  constexpr int64_t step = 4;
  if (size < step) {
    for (int64_t at = 0; at < size; ++at) std::memcpy(to + at, from + at, sizeof(float));
    return;
  }
  if (size >= kShort) {
    std::memcpy(to, from, static_cast<size_t>(size) * sizeof(float));
    return;
  }
  for (int64_t at = 0; at + step <= size; at += step) std::memcpy(to + at, from + at, step * sizeof(float));
  std::memcpy(to + size - step, from + size - step, step * sizeof(float));
}

}  // namespace

void gatherRows(const DataView& view, const int32_t* rows, int64_t begin, int64_t end, int64_t known, float* target) {
  const int64_t size = view.rowSize;
  const int64_t bytes = size * static_cast<int64_t>(view.floats != nullptr ? sizeof(float) : 1);
  const auto* const data = view.floats != nullptr ? reinterpret_cast<const uint8_t*>(view.floats) : view.bytes;
  const int64_t distance = view.rows * bytes > kNear ? kAhead / bytes + 1 : known;
  for (int64_t i = begin; i < end; ++i, target += size) {
    if (i + distance < known) {
      const uint8_t* const ahead = data + rows[i + distance] * bytes;
      for (int64_t at = 0; at < std::min(bytes, kMostOfRow); at += kLine) LAMINA_PREFETCH(ahead + at);
    }
    if (view.floats != nullptr) {
      copyRow(view.floats + rows[i] * size, size, target);
      continue;
    }
    const uint8_t* const source = view.bytes + rows[i] * size;
    float* const to = target;
    const float scale = view.scale, shift = view.shift;
    vectorized(0, size, [=](int64_t at) LAMINA_BODY { to[at] = static_cast<float>(source[at]) * scale + shift; });
  }
}

}  // namespace lamina
