#include "attention.h"

namespace lamina {
namespace {

const AttentionCode& code() {
  static const AttentionCode& chosen = []() -> const AttentionCode& {
    switch (simd::level()) {
#if defined(LAMINA_X86)
      case simd::Level::avx512: return attentionAvx512;
      case simd::Level::avx2: return attentionAvx2;
#elif defined(LAMINA_NEON)
      case simd::Level::neon: return attentionNeon;
#endif
      default: return attentionPlain;
    }
  }();
  return chosen;
}

int64_t taskFloats(const AttentionShape& shape) { return (code().scratch(shape) + kAlignment - 1) / kAlignment * kAlignment; }

template <class Pass, class Run> void forHeads(const Context& context, const Pass& pass, int64_t samples, float* scratch, const Run& run) {
  const int64_t heads = pass.shape.heads, floats = taskFloats(pass.shape);
  parallelFor(context, samples * heads, [&](int64_t task, int worker) { run(pass, task / heads, task % heads, scratch + worker * floats); });
}

}  // namespace

int64_t attentionScratchFloats(const AttentionShape& shape, int threads) { return threads * taskFloats(shape); }

void runAttention(const Context& context, const AttentionForward& pass, int64_t samples, float* scratch) {
  forHeads(context, pass, samples, scratch, code().forward);
}

void runAttention(const Context& context, const AttentionBackward& pass, int64_t samples, float* scratch) {
  forHeads(context, pass, samples, scratch, code().backward);
}

}  // namespace lamina
