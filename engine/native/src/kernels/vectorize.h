#pragma once

#include <cstdint>

#include "../simd/level.h"

#if defined(LAMINA_X86) && !defined(_MSC_VER)
#define LAMINA_AVX512_LOOP __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define LAMINA_AVX2_LOOP __attribute__((target("avx2,fma")))
#endif

/** Marks a lambda handed to `vectorized`, so that its body is compiled for the instruction set of the loop around it. */
#if defined(_MSC_VER)
#define LAMINA_BODY
#define LAMINA_INDEPENDENT __pragma(loop(ivdep))
#elif defined(__clang__)
#define LAMINA_BODY __attribute__((always_inline))
#define LAMINA_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define LAMINA_BODY __attribute__((always_inline))
#define LAMINA_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace lamina {

#if defined(LAMINA_AVX512_LOOP)
template <class Body>
LAMINA_AVX512_LOOP void loopAvx512(int64_t begin, int64_t end, Body body) {
  LAMINA_INDEPENDENT
  for (int64_t i = begin; i < end; ++i) body(i);
}

template <class Body>
LAMINA_AVX2_LOOP void loopAvx2(int64_t begin, int64_t end, Body body) {
  LAMINA_INDEPENDENT
  for (int64_t i = begin; i < end; ++i) body(i);
}
#endif

/**
 * Calls body(i) for i in [begin, end), compiled for the widest vectors of this machine. Iterations must not depend on each other. Only
 * correctly rounded operations are allowed (no fused multiply-add is formed), so every instruction set gives the same bits.
 */
template <class Body>
inline void vectorized(int64_t begin, int64_t end, Body body) {
#if defined(LAMINA_AVX512_LOOP)
  switch (simd::level()) {
    case simd::Level::avx512: loopAvx512(begin, end, body); return;
    case simd::Level::avx2: loopAvx2(begin, end, body); return;
    default: break;
  }
#endif
  LAMINA_INDEPENDENT
  for (int64_t i = begin; i < end; ++i) body(i);
}

}  // namespace lamina
