#pragma once

#include <cstring>

#include "tiles.h"
#include "vectorize.h"

namespace lamina {

constexpr int kMaxParameters = 1 << 20;

/**
 * Checks the operands of an update: k parameters, k gradients, k of each slot; the outputs are parameters and slots. Attribute 0 is k.
 * Returns k.
 */
inline int checkUpdate(Checker& checker, int slots, int attributes) {
  checker.require(checker.attributeCount() == attributes, std::to_string(attributes) + " attributes",
                  std::to_string(checker.attributeCount()));
  const auto count = static_cast<int>(checker.integer(0, "count", 1, kMaxParameters));
  checker.require(checker.inputCount() == count * (2 + slots) && checker.outputCount() == count * (1 + slots),
                  std::to_string(count * (2 + slots)) + " inputs and " + std::to_string(count * (1 + slots)) + " outputs",
                  std::to_string(checker.inputCount()) + " inputs and " + std::to_string(checker.outputCount()) + " outputs");
  for (int i = 0; i < count; ++i) {
    const Shape& parameter = checker.input(i);
    checker.sameShape("gradient", checker.input(count + i), parameter);
    checker.sameShape("new parameter", checker.output(i), parameter);
    checker.inPlace(i, i);
    for (int slot = 0; slot < slots; ++slot) {
      checker.sameShape("slot", checker.input((2 + slot) * count + i), parameter);
      checker.sameShape("new slot", checker.output((1 + slot) * count + i), parameter);
      checker.inPlace((1 + slot) * count + i, (2 + slot) * count + i);
    }
  }
  return count;
}

/** One parameter's tensors, where they are updated. Slots are null where the optimiser has none. */
struct Update {
  float* w;
  const float* g;
  float* slots[3];
};

/** Calls step(update, elements) over all parameters, cut into tiles for all threads where there is enough to do. */
template <class Step>
inline void forUpdates(const Context& context, const Arguments& arguments, int slots, const Step& step) {
  const auto count = static_cast<int>(arguments.attributes[0]);
  const auto updateRange = [&](int i, int64_t begin, int64_t end) {
    const auto bytes = static_cast<size_t>(end - begin) * sizeof(float);
    const auto settle = [&](int output, int input) {
      float* const target = arguments.outputs[output].data + begin;
      const float* const source = arguments.inputs[input].data + begin;
      if (target != source) std::memcpy(target, source, bytes);
      return target;
    };
    Update update{settle(i, i), arguments.inputs[count + i].data + begin, {}};
    for (int slot = 0; slot < slots; ++slot) update.slots[slot] = settle((1 + slot) * count + i, (2 + slot) * count + i);
    step(update, end - begin);
  };
  int64_t total = 0;
  int64_t tiles = 0;
  for (int i = 0; i < count; ++i) {
    total += arguments.inputs[i].count;
    tiles += reductionTiles(arguments.inputs[i].count);
  }
  if (total < kParallelElements || context.threads <= 1) {
    for (int i = 0; i < count; ++i) updateRange(i, 0, arguments.inputs[i].count);
    return;
  }
  parallelFor(context, tiles, [&](int64_t tile, int) {
    int i = 0;
    for (int64_t own = reductionTiles(arguments.inputs[0].count); tile >= own; own = reductionTiles(arguments.inputs[i].count)) {
      tile -= own;
      i += 1;
    }
    updateRange(i, tile * kTileElements, std::min(arguments.inputs[i].count, (tile + 1) * kTileElements));
  });
}

/** Checks k parameters that are overwritten by themselves; attribute 0 is k. */
inline void checkOverwritten(Checker& checker) {
  const auto count = static_cast<int>(checker.integer(0, "count", 1, kMaxParameters));
  checker.require(checker.inputCount() == count && checker.outputCount() == count, std::to_string(count) + " inputs and outputs",
                  std::to_string(checker.inputCount()) + " inputs and " + std::to_string(checker.outputCount()) + " outputs");
  for (int i = 0; i < count; ++i) {
    checker.sameShape("new parameter", checker.output(i), checker.input(i));
    checker.inPlace(i, i);
  }
}

/** Calls change(parameter, elements) over all parameters, in tiles for all threads. For changes element by element. */
template <class Change>
inline void forOverwritten(const Context& context, const Arguments& arguments, const Change& change) {
  for (int i = 0; i < arguments.inputCount; ++i) {
    const float* const source = arguments.inputs[i].data;
    float* const target = arguments.outputs[i].data;
    forElements(context, arguments.inputs[i].count, [&](int64_t begin, int64_t end) {
      if (target != source) std::memcpy(target + begin, source + begin, static_cast<size_t>(end - begin) * sizeof(float));
      change(target + begin, end - begin);
    });
  }
}

}  // namespace lamina
