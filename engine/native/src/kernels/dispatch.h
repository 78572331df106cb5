#pragma once

#include "vectorize.h"

namespace lamina {

#if defined(LAMINA_AVX512_LOOP)
template <class Body> LAMINA_AVX512_LOOP void callAvx512(Body body) { body(); }
template <class Body> LAMINA_AVX2_LOOP void callAvx2(Body body) { body(); }
#endif

/**
 * Calls body(), compiled for the widest vectors of this machine: for work made of many short loops, marked LAMINA_INDEPENDENT inside it.
 * As with `vectorized`, only correctly rounded operations are allowed. Mark the lambda LAMINA_BODY.
 */
template <class Body> inline void dispatched(Body body) {
#if defined(LAMINA_AVX512_LOOP)
  switch (simd::level()) {
    case simd::Level::avx512: callAvx512(body); return;
    case simd::Level::avx2: callAvx2(body); return;
    default: break;
  }
#endif
  body();
}

}  // namespace lamina
