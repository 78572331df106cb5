#include "../simd/level.h"

#if defined(LAMINA_NEON)
#include <utility>

#include "plan.h"

#include "../simd/vec_neon.h"

#define LAMINA_CONV_ROWS 8
#define LAMINA_CONV_VECTORS 3
#include "micro.h"
#include "winograd_micro.h"

namespace lamina {
const ConvCode convNeon = LAMINA_CONV_CODE;
}

#include "../simd/vec_end.h"
#endif
