#pragma once

#include <cstdint>
#include <vector>

namespace lamina {

/** What a[i] = b[i] + s * c[i] streams when the three arrays of a thread take so many bytes together. */
struct Bandwidth {
  int64_t workingSetBytes = 0;
  double gigabytesPerSecond = 0;
};

struct Peak {
  double gflops = 0;
  /** From the first-level cache outwards; the last is memory. */
  std::vector<Bandwidth> bandwidths;
};

/**
 * What this machine can do with so many threads: fused multiply-adds from registers, and the triad from caches and memory. Takes about half a second;
 * without the triads some 30 ms.
 */
Peak measurePeak(int threads, bool bandwidths);

}  // namespace lamina
