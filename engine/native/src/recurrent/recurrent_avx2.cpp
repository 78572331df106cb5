#include "../simd/level.h"

#if defined(LAMINA_X86)
#include <limits>
#include <utility>

#include "plan.h"

#include "../simd/vec_avx2.h"

#define LAMINA_STEP_ROWS 3
#include "step.h"

namespace lamina {
const RecurrentCode recurrentAvx2 = LAMINA_RECURRENT_CODE;
}

#include "../simd/vec_end.h"
#endif
