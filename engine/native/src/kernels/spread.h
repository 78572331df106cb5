#pragma once

#include <string>

#include "tiles.h"

namespace lamina {

/** Refuses `part` unless it is `whole` with some feature axes of size 1. */
inline void requireSpread(const Checker& checker, const char* name, const Shape& part, const Shape& whole) {
  bool fits = part.rank == whole.rank && whole.rank >= 1 && part.dims[0] == whole.dims[0];
  for (int i = 1; fits && i < whole.rank; ++i) fits = part.dims[i] == whole.dims[i] || part.dims[i] == 1;
  checker.require(fits, std::string(name) + " like " + formatShape(whole) + " with some feature axes of size 1", formatShape(part));
}

/** How a tensor of which some feature axes have size 1 lies along the whole one: where each run of the last axis begins. */
struct Spread {
  int rank;
  int64_t dims[kMaxRank];
  int64_t step[kMaxRank];
  /** Floats of one sample of the whole and of the part, and of a run. */
  int64_t whole = 1, part = 1, run;
  /** The part has the last axis too, else one number for each run. */
  bool kept;

  Spread(const Tensor& partTensor, const Tensor& wholeTensor) : rank(wholeTensor.rank) {
    for (int i = rank - 1; i >= 1; --i) {
      dims[i] = wholeTensor.dims[i];
      step[i] = partTensor.dims[i] == 1 ? 0 : part;
      part *= partTensor.dims[i];
      whole *= wholeTensor.dims[i];
    }
    run = rank > 1 ? dims[rank - 1] : 1;
    kept = rank > 1 && partTensor.dims[rank - 1] == run;
  }

  /** Calls body(offset in the whole, offset in the part) for every run of a sample, in order. */
  template <class Body>
  void forRuns(const Body& body) const {
    int64_t at[kMaxRank] = {};
    int64_t place = 0;
    for (int64_t offset = 0; offset < whole; offset += run) {
      body(offset, place);
      for (int axis = rank - 2; axis >= 1; --axis) {
        place += step[axis];
        if (++at[axis] < dims[axis]) break;
        place -= step[axis] * dims[axis];
        at[axis] = 0;
      }
    }
  }
};

}  // namespace lamina
