#include "level.h"

#if defined(LAMINA_X86)
#include "math_table.h"

#include "vec_avx512.h"

#include "math_impl.h"

namespace lamina::simd {
const MathTable mathAvx512 = LAMINA_MATH_TABLE;
}

#include "vec_end.h"
#endif
