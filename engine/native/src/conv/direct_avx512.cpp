#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <utility>

#include "plan.h"

#include "../simd/vec_avx512.h"

#define LAMINA_CONV_ROWS 14
#define LAMINA_CONV_VECTORS 2
#include "micro.h"
#include "winograd_micro.h"

namespace lamina {
const ConvCode convAvx512 = LAMINA_CONV_CODE;
}

#include "../simd/vec_end.h"
#endif
