#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <limits>
#include <utility>

#include "plan.h"

#include "../simd/vec_avx512.h"

#define LAMINA_STEP_ROWS 6
#include "step.h"

namespace lamina {
const RecurrentCode recurrentAvx512 = LAMINA_RECURRENT_CODE;
}

#include "../simd/vec_end.h"
#endif
