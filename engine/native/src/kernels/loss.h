#pragma once

#include <cmath>

#include "tiles.h"
#include "vectorize.h"

namespace lamina {

/** Probabilities are clipped to [kClip, 1 - kClip] before their logarithm is taken, as in Keras 3. */
constexpr double kClip = 1e-7;

inline double clipped(double probability) { return std::min(std::max(probability, kClip), 1 - kClip); }
inline bool insideClip(double probability) { return probability >= kClip && probability <= 1 - kClip; }

enum class TargetKind { likePrediction, classIndex };

/** [N, ...] per-sample losses: the prediction has one row a sample. */
inline void checkTarget(const Checker& checker, const Shape& prediction, const Shape& target, TargetKind kind) {
  checker.require(prediction.rank >= 1 && prediction.dims[0] == -1, "a prediction [N, ...]", formatShape(prediction));
  if (kind == TargetKind::likePrediction) {
    checker.sameShape("target", target, prediction);
    return;
  }
  checker.require(prediction.rank == 2, "a prediction [N, classes]", formatShape(prediction));
  checker.require(target.rank == 2 && target.dims[0] == -1 && target.dims[1] == 1, "a target [N, 1]", formatShape(target));
}

inline void checkPerSample(const Checker& checker, const char* name, const Shape& shape) {
  checker.require(shape.rank == 1 && shape.dims[0] == -1, std::string(name) + " [N]", formatShape(shape));
}

/** (prediction, target) -> per-sample loss or metric. */
template <TargetKind kind>
inline void validateLoss(Checker& checker) {
  checker.arity(2, 1, 0);
  checkTarget(checker, checker.input(0), checker.input(1), kind);
  checkPerSample(checker, "output", checker.output(0));
}

/** The operands (g, prediction, target) -> dprediction, whatever the attributes. */
template <TargetKind kind>
inline void checkLossGradient(Checker& checker) {
  checkPerSample(checker, "g", checker.input(0));
  checkTarget(checker, checker.input(1), checker.input(2), kind);
  checker.sameShape("dprediction", checker.output(0), checker.input(1));
  checker.inPlace(0, 1);
  if (kind == TargetKind::likePrediction && checker.input(1).rank > 1) checker.inPlace(0, 2);
}

/** (g, prediction, target) -> dprediction. */
template <TargetKind kind>
inline void validateLossGradient(Checker& checker) {
  checker.arity(3, 1, 0);
  checkLossGradient<kind>(checker);
}

/** Elements a sample. */
inline int64_t sampleElements(const Tensor& tensor) { return tensor.count / tensor.dims[0]; }

/** The class a target names, or -1 when it is none of [0, classes): that sample's loss is then NaN and its gradient 0. */
inline int64_t classOf(float target, int64_t classes) {
  return target >= 0 && target < static_cast<float>(classes) ? static_cast<int64_t>(target) : -1;
}

/** Runs loss(prediction row, target row, elements) for each sample. */
template <class Loss>
inline void forSamples(const Context& context, const Arguments& arguments, const Loss& loss) {
  const Tensor& prediction = arguments.inputs[0];
  const Tensor& target = arguments.inputs[1];
  const int64_t samples = prediction.dims[0];
  const int64_t features = sampleElements(prediction);
  const int64_t targets = sampleElements(target);
  float* const out = arguments.outputs[0].data;
  forRows(context, samples, features, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      out[i] = static_cast<float>(loss(prediction.data + i * features, target.data + i * targets, features));
  });
}

/** Runs gradient(g, prediction row, target row, gradient row, elements) for each sample. */
template <class Gradient>
inline void forSampleGradients(const Context& context, const Arguments& arguments, const Gradient& gradient) {
  const float* g = arguments.inputs[0].data;
  const Tensor& prediction = arguments.inputs[1];
  const Tensor& target = arguments.inputs[2];
  const int64_t features = sampleElements(prediction);
  const int64_t targets = sampleElements(target);
  float* const out = arguments.outputs[0].data;
  forRows(context, prediction.dims[0], features, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      gradient(g[i], prediction.data + i * features, target.data + i * targets, out + i * features, features);
  });
}

}  // namespace lamina
