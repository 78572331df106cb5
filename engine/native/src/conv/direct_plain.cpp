#include <utility>

#include "plan.h"

#include "../simd/vec_plain.h"

#define LAMINA_CONV_ROWS 4
#define LAMINA_CONV_VECTORS 4
#include "micro.h"
#include "winograd_micro.h"

namespace lamina {
const ConvCode convPlain = LAMINA_CONV_CODE;
}

#include "../simd/vec_end.h"
