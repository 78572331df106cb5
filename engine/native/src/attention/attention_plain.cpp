#include <algorithm>
#include <limits>
#include <utility>

#include "../simd/math.h"
#include "plan.h"

#include "../simd/vec_plain.h"

namespace lamina::plain {
using Half = V;
}

#define LAMINA_ATTENTION_SUMS 16
#include "head.h"

namespace lamina {
const AttentionCode attentionPlain = LAMINA_ATTENTION_CODE;
}

#include "../simd/vec_end.h"
