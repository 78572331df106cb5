#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <cstring>
#include <utility>

#include "plan.h"

#include "../simd/vec_avx512.h"

#define LAMINA_GEMM_ROWS 14
#define LAMINA_GEMM_VECTORS 2
#include "block.h"

namespace lamina {
const GemmCode gemmAvx512 = LAMINA_GEMM_CODE;
}

#include "../simd/vec_end.h"
#endif
