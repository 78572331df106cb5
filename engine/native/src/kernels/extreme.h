#pragma once

#include "tiles.h"
#include "vectorize.h"

namespace lamina {

inline void validateExtreme(Checker& checker) {
  checker.arity(2, 1, 0);
  checker.sameShape("input 1", checker.input(1), checker.input(0));
  checker.sameShape("output", checker.output(0), checker.input(0));
  checker.elementwise();
}

inline void validateExtremeGradient(Checker& checker) {
  checker.arity(3, 2, 0);
  checker.sameShape("a", checker.input(1), checker.input(0));
  checker.sameShape("b", checker.input(2), checker.input(0));
  checker.sameShape("da", checker.output(0), checker.input(0));
  checker.sameShape("db", checker.output(1), checker.input(0));
}

/** The larger of two tensors, element by element, or the smaller; not a number where either is none. */
template <bool larger>
inline void runExtreme(const Context& context, const Arguments& arguments) {
  const float* a = arguments.inputs[0].data;
  const float* b = arguments.inputs[1].data;
  float* y = arguments.outputs[0].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    vectorized(begin, end, [=](int64_t i) LAMINA_BODY {
      const bool first = larger ? a[i] > b[i] : a[i] < b[i];
      y[i] = first || a[i] != a[i] ? a[i] : b[i];
    });
  });
}

/** dy to the one that was taken, half to each where both are equal. */
template <bool larger>
inline void runExtremeGradient(const Context& context, const Arguments& arguments) {
  const float* dy = arguments.inputs[0].data;
  const float* a = arguments.inputs[1].data;
  const float* b = arguments.inputs[2].data;
  float* da = arguments.outputs[0].data;
  float* db = arguments.outputs[1].data;
  forElements(context, arguments.outputs[0].count, [&](int64_t begin, int64_t end) {
    vectorized(begin, end, [=](int64_t i) LAMINA_BODY {
      const bool first = larger ? a[i] > b[i] : a[i] < b[i];
      const float share = a[i] == b[i] ? 0.5f : first ? 1.0f : 0.0f;
      da[i] = dy[i] * share;
      db[i] = dy[i] * (1.0f - share);
    });
  });
}

}  // namespace lamina
