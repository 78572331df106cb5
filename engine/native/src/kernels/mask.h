#pragma once

#include "../kernel.h"

namespace lamina {

/** Whether a number of a mask marks what counts. */
inline bool counts(float mask) { return mask > 0.5f; }

/** Whether position `index` counts; all do without a mask. */
inline bool countsAt(const float* mask, int64_t index) { return mask == nullptr || counts(mask[index]); }

}  // namespace lamina
