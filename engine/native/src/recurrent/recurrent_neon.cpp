#include "../simd/level.h"

#if defined(LAMINA_NEON)
#include <limits>
#include <utility>

#include "plan.h"

#include "../simd/vec_neon.h"

#define LAMINA_STEP_ROWS 6
#include "step.h"

namespace lamina {
const RecurrentCode recurrentNeon = LAMINA_RECURRENT_CODE;
}

#include "../simd/vec_end.h"
#endif
