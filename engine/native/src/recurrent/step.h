/** The recurrent kernels of the instruction set opened by a vec_<isa>.h; LAMINA_STEP_ROWS rows of four vectors fit its registers. */
#include "cell.h"

#include "forward.h"

#include "backward.h"

#define LAMINA_RECURRENT_CODE \
  { LAMINA_ISA::kLanes, LAMINA_ISA::packRows, LAMINA_ISA::packTurned, LAMINA_ISA::forward, LAMINA_ISA::backward }
