#pragma once

namespace lamina {

struct Peak {
  double gflops = 0;
  double triadGigabytesPerSecond = 0;
};

/** What this machine can do with so many threads: fused multiply-adds from registers, and a[i] = b[i] + s * c[i] over memory. Takes about half a second. */
Peak measurePeak(int threads);

}  // namespace lamina
