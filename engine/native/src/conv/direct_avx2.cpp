#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <utility>

#include "plan.h"

#include "../simd/vec_avx2.h"

#define LAMINA_CONV_ROWS 6
#define LAMINA_CONV_VECTORS 2
#include "micro.h"
#include "winograd_micro.h"

namespace lamina {
const ConvCode convAvx2 = LAMINA_CONV_CODE;
}

#include "../simd/vec_end.h"
#endif
