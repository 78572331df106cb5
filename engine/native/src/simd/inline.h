#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define LAMINA_INLINE __forceinline
#define LAMINA_UNROLL
#define LAMINA_RESTRICT __restrict
#define LAMINA_PREFETCH(address)
#elif defined(__clang__)
#define LAMINA_INLINE inline __attribute__((always_inline))
#define LAMINA_UNROLL _Pragma("unroll")
#define LAMINA_RESTRICT __restrict__
#define LAMINA_PREFETCH(address) __builtin_prefetch(address, 0, 2)
#else
#define LAMINA_INLINE inline __attribute__((always_inline))
#define LAMINA_UNROLL _Pragma("GCC unroll 32")
#define LAMINA_RESTRICT __restrict__
#define LAMINA_PREFETCH(address) __builtin_prefetch(address, 0, 2)
#endif
