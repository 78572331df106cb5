#pragma once

#include "../simd/math.h"
#include "loss.h"

namespace lamina {

/**
 * Runs loss(shifted logits, log(sum(e^shifted)), target row, classes) for each sample; shifted logits are those less their maximum. Whole
 * tiles go through the exponential at once, rows being short.
 */
template <class Loss>
inline void forLogits(const Context& context, const Arguments& arguments, const Loss& loss) {
  const Tensor& x = arguments.inputs[0];
  const Tensor& target = arguments.inputs[1];
  const int64_t classes = x.features();
  const int64_t targets = target.features();
  float* const shifted = arguments.scratch;
  float* const exponentials = arguments.scratch + x.count;
  float* const out = arguments.outputs[0].data;
  forRows(context, x.rows(), classes, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * classes;
    simd::shiftRows(x.data + at, shifted + at, exponentials + at, static_cast<size_t>(end - begin), static_cast<size_t>(classes));
    for (int64_t i = begin; i < end; ++i) {
      const float* row = exponentials + i * classes;
      const double sum = sumOf(0, classes, [=](int64_t c) { return static_cast<double>(row[c]); });
      out[i] = static_cast<float>(loss(shifted + i * classes, std::log(sum), target.data + i * targets, classes));
    }
  });
}

/** Runs gradient(g, probabilities, target row, gradient row, classes) for each sample. */
template <class Gradient>
inline void forLogitGradients(const Context& context, const Arguments& arguments, const Gradient& gradient) {
  const float* g = arguments.inputs[0].data;
  const Tensor& x = arguments.inputs[1];
  const Tensor& target = arguments.inputs[2];
  const int64_t classes = x.features();
  const int64_t targets = target.features();
  float* const probability = arguments.scratch;
  float* const out = arguments.outputs[0].data;
  forRows(context, x.rows(), classes, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * classes;
    simd::softmaxRows(x.data + at, probability + at, static_cast<size_t>(end - begin), static_cast<size_t>(classes));
    for (int64_t i = begin; i < end; ++i)
      gradient(g[i], probability + i * classes, target.data + i * targets, out + i * classes, classes);
  });
}

/** Validates a loss over logits; its run needs twice the logits as scratch. */
template <TargetKind kind>
inline void validateSoftmaxLoss(Checker& checker) {
  validateLoss<kind>(checker);
  checker.require(checker.input(0).rank == 2, "logits [N, classes]", formatShape(checker.input(0)));
  checker.scratch(2 * checker.input(0).count(checker.capacity()));
}

template <TargetKind kind>
inline void validateSoftmaxLossGradient(Checker& checker) {
  validateLossGradient<kind>(checker);
  checker.require(checker.input(1).rank == 2, "logits [N, classes]", formatShape(checker.input(1)));
  checker.scratch(checker.input(1).count(checker.capacity()));
}

}  // namespace lamina
