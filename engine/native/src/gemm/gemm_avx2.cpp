#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <cstring>
#include <utility>

#include "plan.h"

#include "../simd/vec_avx2.h"

#define LAMINA_GEMM_ROWS 6
#define LAMINA_GEMM_VECTORS 2
#include "block.h"

namespace lamina {
const GemmCode gemmAvx2 = LAMINA_GEMM_CODE;
}

#include "../simd/vec_end.h"
#endif
