#include "../simd/level.h"

#if defined(LAMINA_NEON)
#include <algorithm>
#include <limits>
#include <utility>

#include "../simd/math.h"
#include "plan.h"

#include "../simd/vec_neon.h"

namespace lamina::neon {
using Half = V;
}

#define LAMINA_ATTENTION_SUMS 24
#include "head.h"

namespace lamina {
const AttentionCode attentionNeon = LAMINA_ATTENTION_CODE;
}

#include "../simd/vec_end.h"
#endif
