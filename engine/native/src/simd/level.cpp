#include "level.h"

#include <cstdlib>
#include <cstring>

#if defined(LAMINA_X86) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(_MSC_VER) && defined(LAMINA_X86)
#include <immintrin.h>
#include <intrin.h>
#endif

namespace lamina::simd {
namespace {

#if defined(LAMINA_X86) && defined(_MSC_VER) && !defined(__clang__)
Level detect() {
  int leaf[4];
  __cpuid(leaf, 0);
  if (leaf[0] < 7) return Level::plain;
  __cpuid(leaf, 1);
  const bool fma = (leaf[2] & (1 << 12)) != 0;
  const bool xsave = (leaf[2] & (1 << 27)) != 0;
  if (!fma || !xsave) return Level::plain;
  const unsigned long long enabled = _xgetbv(0);
  __cpuidex(leaf, 7, 0);
  const unsigned features = static_cast<unsigned>(leaf[1]);
  const bool avx2 = (features & (1u << 5)) != 0 && (enabled & 0x6) == 0x6;
  const unsigned wide = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);
  if (avx2 && (features & wide) == wide && (enabled & 0xe6) == 0xe6) return Level::avx512;
  return avx2 ? Level::avx2 : Level::plain;
}
#elif defined(LAMINA_X86)
Level detect() {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return Level::avx512;
  return avx2 ? Level::avx2 : Level::plain;
}
#elif defined(LAMINA_NEON)
Level detect() { return Level::neon; }
#else
Level detect() { return Level::plain; }
#endif

Level choose() {
  const Level best = detect();
  const char* wanted = std::getenv("LAMINA_SIMD");
  if (wanted == nullptr) return best;
  if (std::strcmp(wanted, "plain") == 0) return Level::plain;
  if (std::strcmp(wanted, "avx2") == 0 && best == Level::avx512) return Level::avx2;
  return best;
}

bool detectBfloat16() {
#if defined(LAMINA_X86) && defined(__GNUC__)
  return level() == Level::avx512 && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

bool detectAmx() {
#if defined(LAMINA_X86) && defined(__linux__)
  constexpr unsigned kTile = 1u << 24, kBfloat16 = 1u << 22;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (level() != Level::avx512 || !bfloat16() || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return (d & kTile) != 0 && (d & kBfloat16) != 0 && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

}  // namespace

Level level() {
  static const Level chosen = choose();
  return chosen;
}

bool bfloat16() {
  static const bool has = detectBfloat16();
  return has;
}

bool amx() {
  static const bool has = detectAmx();
  return has;
}

const char* levelName(Level level) {
  switch (level) {
    case Level::avx512: return "avx512";
    case Level::avx2: return "avx2";
    case Level::neon: return "neon";
    default: return "plain";
  }
}

}  // namespace lamina::simd
