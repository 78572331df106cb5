#pragma once

#if defined(__x86_64__) || defined(_M_X64)
#define LAMINA_X86 1
#elif defined(__aarch64__) || defined(_M_ARM64)
#define LAMINA_NEON 1
#endif

namespace lamina::simd {

/** Instruction sets there is code for, in ascending order of preference on their machines. */
enum class Level { plain, neon, avx2, avx512 };

/**
 * The level all kernels use, chosen on the first call: the best this processor and its operating system offer. The environment variable
 * `LAMINA_SIMD` (`avx512`, `avx2`, `neon`, `plain`) can lower it, never raise it. avx512 needs F, BW, DQ and VL; avx2 needs FMA too.
 */
Level level();

/** The level is avx512 and the processor multiplies bfloat16 numbers (AVX512_BF16). */
bool bfloat16();

/** The level is avx512 and this process may use tiles of bfloat16 numbers (AMX_BF16; Linux grants the permission when first asked). */
bool amx();

/** `avx512`, `avx2`, `neon` or `plain`. */
const char* levelName(Level level);

}  // namespace lamina::simd
