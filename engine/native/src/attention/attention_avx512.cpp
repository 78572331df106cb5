#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <algorithm>
#include <limits>
#include <utility>

#include "../simd/math.h"
#include "plan.h"

#include "../simd/vec_avx512.h"

#define LAMINA_ATTENTION_SUMS 24
#include "head.h"

namespace lamina {
const AttentionCode attentionAvx512 = LAMINA_ATTENTION_CODE;
}

#include "../simd/vec_end.h"
#endif
