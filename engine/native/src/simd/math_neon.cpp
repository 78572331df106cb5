#include "level.h"

#if defined(LAMINA_NEON)
#include "math_table.h"

#include "vec_neon.h"

#include "math_impl.h"

namespace lamina::simd {
const MathTable mathNeon = LAMINA_MATH_TABLE;
}

#include "vec_end.h"
#endif
