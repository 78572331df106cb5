#include "../attention/attention.h"

#include "dropout.h"

namespace lamina {

namespace {

enum Attribute { kHeads, kScale, kCausal, kRate, kStream, kAttributes };

Shape withFeatures(const Shape& like, int64_t features) {
  Shape shape = like;
  shape.dims[2] = features;
  return shape;
}

/** Refuses what is no sequence [N, steps, features]. */
const Shape& sequences(const Checker& checker, const char* name, const Shape& shape) {
  checker.require(shape.rank == 3 && shape.dims[0] == -1 && shape.dims[1] > 0 && shape.dims[2] > 0, std::string(name) + " [N, steps, features]",
                  formatShape(shape));
  return shape;
}

/** Checks q, k, v and the mask from `first` on, and the attributes. */
AttentionShape checkedShape(const Checker& checker, int first) {
  const Shape& q = sequences(checker, "queries", checker.input(first));
  const Shape& k = sequences(checker, "keys", checker.input(first + 1));
  const Shape& v = sequences(checker, "values", checker.input(first + 2));
  const int64_t heads = checker.integer(kHeads, "heads", 1, 1 << 20);
  checker.number(kScale, "scale", -3e38, 3e38);
  checker.number(kRate, "rate", 0, kLargestRate);
  checker.integer(kStream, "stream", 0, UINT32_MAX);
  checker.require(q.dims[2] % heads == 0 && v.dims[2] % heads == 0, "features of " + std::to_string(heads) + " heads", formatShape(q));
  checker.sameShape("keys", k, withFeatures(v, q.dims[2]));
  if (checker.hasInput(first + 3)) {
    Shape steps = k;
    steps.rank = 2;
    checker.sameShape("mask", checker.input(first + 3), steps);
  }
  AttentionShape shape{};
  shape.heads = heads;
  shape.queries = q.dims[1];
  shape.keys = k.dims[1];
  shape.depth = q.dims[2] / heads;
  shape.valueDepth = v.dims[2] / heads;
  shape.causal = checker.integer(kCausal, "causal", 0, 1) != 0;
  return shape;
}

AttentionShape shapeOf(const Context& context, const Arguments& arguments, int first) {
  const double* const attributes = arguments.attributes;
  const Tensor& q = arguments.inputs[first];
  const Tensor& v = arguments.inputs[first + 2];
  const auto heads = static_cast<int64_t>(attributes[kHeads]);
  return {heads,
          q.dims[1],
          v.dims[1],
          q.dims[2] / heads,
          v.dims[2] / heads,
          static_cast<float>(attributes[kScale]),
          attributes[kCausal] != 0,
          roundedUp(attributes[kRate]),
          static_cast<uint32_t>(attributes[kStream]),
          static_cast<uint32_t>(context.iteration),
          context.seed};
}

void checkSums(const Checker& checker, const Shape& lse, const AttentionShape& shape) {
  checker.sameShape("log_sum", lse, Shape{3, {-1, shape.heads, shape.queries}});
}

void validate(Checker& checker) {
  checker.arity(4, 2, kAttributes);
  const AttentionShape shape = checkedShape(checker, 0);
  checker.sameShape("y", checker.output(0), withFeatures(checker.input(0), checker.input(2).dims[2]));
  if (checker.hasOutput(1)) checkSums(checker, checker.output(1), shape);
  checker.scratch(attentionScratchFloats(shape, checker.threads()));
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor* const in = arguments.inputs;
  const AttentionForward pass{shapeOf(context, arguments, 0), in[0].data, in[1].data, in[2].data, in[3].data, arguments.outputs[0].data,
                              arguments.outputs[1].data};
  runAttention(context, pass, in[0].dims[0], arguments.scratch);
}

void validateGradient(Checker& checker) {
  checker.arity(7, 3, kAttributes);
  const AttentionShape shape = checkedShape(checker, 1);
  const Shape y = withFeatures(checker.input(1), checker.input(3).dims[2]);
  checker.sameShape("dy", checker.input(0), y);
  checker.sameShape("y", checker.input(5), y);
  checkSums(checker, checker.input(6), shape);
  for (int i = 0; i < 3; ++i) checker.sameShape("gradient", checker.output(i), checker.input(1 + i));
  checker.scratch(attentionScratchFloats(shape, checker.threads()));
}

void runGradient(const Context& context, const Arguments& arguments) {
  const Tensor* const in = arguments.inputs;
  const Tensor* const out = arguments.outputs;
  const AttentionBackward pass{shapeOf(context, arguments, 1), in[1].data, in[2].data, in[3].data,  in[4].data, in[5].data,
                               in[6].data, in[0].data,         out[0].data, out[1].data, out[2].data};
  runAttention(context, pass, in[1].dims[0], arguments.scratch);
}

const Registration forward{{"attention", validate, run}};
const Registration gradient{{"attention_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
