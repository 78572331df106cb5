#pragma once

#include <cstdint>

namespace lamina {

/**
 * Bytes this process can still take without the system ending it: what the machine has left, or the container where that allows less.
 * Where the system does not tell what is left (macOS), all of its memory.
 */
int64_t availableMemory();

}  // namespace lamina
