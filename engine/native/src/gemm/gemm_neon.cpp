#include "../simd/level.h"

#if defined(LAMINA_NEON)
#include <cstring>
#include <utility>

#include "plan.h"

#include "../simd/vec_neon.h"

#define LAMINA_GEMM_ROWS 8
#define LAMINA_GEMM_VECTORS 3
#include "block.h"

namespace lamina {
const GemmCode gemmNeon = LAMINA_GEMM_CODE;
}

#include "../simd/vec_end.h"
#endif
