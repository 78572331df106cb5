#include "memory.h"

#include <algorithm>
#include <fstream>
#include <string>

#if defined(_WIN32)
#include <windows.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace lamina {

#if defined(_WIN32)

int64_t availableMemory() {
  MEMORYSTATUSEX status;
  status.dwLength = sizeof status;
  return GlobalMemoryStatusEx(&status) ? static_cast<int64_t>(status.ullAvailPageFile) : INT64_MAX;
}

#elif defined(__APPLE__)

int64_t availableMemory() {
  int64_t bytes = 0;
  size_t size = sizeof bytes;
  return sysctlbyname("hw.memsize", &bytes, &size, nullptr, 0) == 0 ? bytes : INT64_MAX;
}

#else

namespace {

/** A file that holds one number; `absent` where it does not. */
int64_t numberIn(const char* path, int64_t absent) {
  std::ifstream file(path);
  int64_t value = 0;
  return file >> value ? value : absent;
}

/** MemAvailable and SwapFree of /proc/meminfo. */
int64_t machineMemory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  int64_t kilobytes = 0;
  std::string unit;
  int64_t total = -1;
  while (file >> key >> kilobytes) {
    std::getline(file, unit);
    if (key == "MemAvailable:") total = std::max<int64_t>(total, 0) + kilobytes * 1024;
    if (key == "SwapFree:" && total >= 0) total += kilobytes * 1024;
  }
  return total < 0 ? INT64_MAX : total;
}

/** What a control group leaves: version 2, else version 1. */
int64_t containerMemory() {
  const int64_t limit2 = numberIn("/sys/fs/cgroup/memory.max", INT64_MAX);
  if (limit2 != INT64_MAX) return limit2 - numberIn("/sys/fs/cgroup/memory.current", 0);
  const int64_t limit1 = numberIn("/sys/fs/cgroup/memory/memory.limit_in_bytes", INT64_MAX);
  if (limit1 == INT64_MAX) return limit1;
  return limit1 - numberIn("/sys/fs/cgroup/memory/memory.usage_in_bytes", 0);
}

}  // namespace

int64_t availableMemory() { return std::max<int64_t>(0, std::min(machineMemory(), containerMemory())); }

#endif

}  // namespace lamina
