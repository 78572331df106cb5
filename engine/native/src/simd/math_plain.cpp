#include "math_table.h"

#include "vec_plain.h"

#include "math_impl.h"

namespace lamina::simd {
const MathTable mathPlain = LAMINA_MATH_TABLE;
}

#include "vec_end.h"
