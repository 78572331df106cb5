#include <cstring>
#include <utility>

#include "plan.h"

#include "../simd/vec_plain.h"

#define LAMINA_GEMM_ROWS 4
#define LAMINA_GEMM_VECTORS 4
#include "block.h"

namespace lamina {
const GemmCode gemmPlain = LAMINA_GEMM_CODE;
}

#include "../simd/vec_end.h"
