#include <limits>
#include <utility>

#include "plan.h"

#include "../simd/vec_plain.h"

#define LAMINA_STEP_ROWS 4
#include "step.h"

namespace lamina {
const RecurrentCode recurrentPlain = LAMINA_RECURRENT_CODE;
}

#include "../simd/vec_end.h"
