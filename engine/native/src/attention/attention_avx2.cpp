#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <algorithm>
#include <limits>
#include <utility>

#include "../simd/math.h"
#include "plan.h"

#include "../simd/vec_avx2.h"

namespace lamina::avx2 {
using Half = V;
}

#define LAMINA_ATTENTION_SUMS 12
#include "head.h"

namespace lamina {
const AttentionCode attentionAvx2 = LAMINA_ATTENTION_CODE;
}

#include "../simd/vec_end.h"
#endif
