#include "dense.h"

namespace lamina {

namespace {

void validate(Checker& checker) {
  checker.arity(2, 1, 2);
  const bool turnA = checker.integer(0, "transposeA", 0, 1) != 0, turnB = checker.integer(1, "transposeB", 0, 1) != 0;
  const Shape &a = checker.input(0), &b = checker.input(1);
  for (const Shape* shape : {&a, &b})
    checker.require(shape->rank == 3 && shape->dims[0] == -1 && shape->dims[1] > 0 && shape->dims[2] > 0, "matrices [N, rows, columns]",
                    formatShape(*shape));
  const int64_t rows = a.dims[turnA ? 2 : 1], depth = a.dims[turnA ? 1 : 2], columns = b.dims[turnB ? 1 : 2];
  checker.require(b.dims[turnB ? 2 : 1] == depth, "matrices of " + std::to_string(depth) + " rows", formatShape(b));
  checker.sameShape("y", checker.output(0), Shape{3, {-1, rows, columns}});
  checker.scratch(checker.threads() * gemmScratchFloats(rows, columns, depth, 1));
}

/** Samples are tasks, each product by one thread. */
void run(const Context& context, const Arguments& arguments) {
  const Tensor &a = arguments.inputs[0], &b = arguments.inputs[1], &y = arguments.outputs[0];
  const bool turnA = arguments.attributes[0] != 0, turnB = arguments.attributes[1] != 0;
  const int64_t rows = y.dims[1], columns = y.dims[2], depth = a.dims[turnA ? 1 : 2];
  const int64_t scratch = gemmScratchFloats(rows, columns, depth, 1);
  Context alone = context;
  alone.threads = 1;
  alone.team = nullptr;
  parallelFor(context, y.dims[0], [&](int64_t n, int worker) {
    gemm(alone, rows, columns, depth, {a.data + n * rows * depth, a.dims[2], turnA}, {b.data + n * depth * columns, b.dims[2], turnB},
         y.data + n * rows * columns, columns, {}, arguments.scratch + worker * scratch);
  });
}

const Registration registered{{"batch_matmul", validate, run}};

}  // namespace

}  // namespace lamina
