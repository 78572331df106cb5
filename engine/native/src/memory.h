#pragma once

#include <cstddef>
#include <cstdint>

namespace lamina {

/**
 * Bytes this process can still take without the system ending it: what the machine has left, or the container where that allows less.
 * Where the system does not tell what is left (macOS), all of its memory.
 */
int64_t availableMemory();

/**
 * Zeroed bytes that begin on a cache line. Large blocks come from the system page by page as they are first touched: what a program plans for and does not
 * use (a smaller last batch, an evaluation that never runs) takes no memory. Throws std::bad_alloc.
 */
void* allocateZeroed(size_t bytes);
void releaseZeroed(void* block, size_t bytes);

}  // namespace lamina
