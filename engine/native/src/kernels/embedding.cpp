#include <cstring>
#include <limits>

#include "tiles.h"
#include "vectorize.h"

namespace lamina {

namespace {

/** Rows of the table that lie together in a tile. */
constexpr int64_t kTogether = 64;

/** The row an id names, or -1 when it is none of [0, rows). */
int64_t rowOf(float id, int64_t rows) { return id >= 0 && id < static_cast<float>(rows) ? static_cast<int64_t>(id) : -1; }

/** Refuses vectors that are not one row of the table for each id. */
void checkVectors(const Checker& checker, const char* name, const Shape& vectors, const Shape& ids, const Shape& table) {
  checker.require(table.rank == 2 && table.dims[0] > 0 && table.dims[1] > 0, "a table [ids, features]", formatShape(table));
  checker.require(ids.rank >= 1 && ids.rank < kMaxRank && ids.dims[0] == -1, "ids [N, ...]", formatShape(ids));
  Shape wanted = ids;
  wanted.dims[wanted.rank++] = table.dims[1];
  checker.sameShape(name, vectors, wanted);
}

void validate(Checker& checker) {
  checker.arity(2, 1, 0);
  checkVectors(checker, "y", checker.output(0), checker.input(0), checker.input(1));
}

void run(const Context& context, const Arguments& arguments) {
  const Tensor& ids = arguments.inputs[0];
  const Tensor& table = arguments.inputs[1];
  float* const y = arguments.outputs[0].data;
  const int64_t width = table.features();
  forRows(context, ids.count, width, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = rowOf(ids.data[i], table.dims[0]);
      float* const out = y + i * width;
      if (row < 0)
        std::fill(out, out + width, std::numeric_limits<float>::quiet_NaN());
      else
        std::memcpy(out, table.data + row * width, static_cast<size_t>(width) * sizeof(float));
    }
  });
}

void validateGradient(Checker& checker) {
  checker.arity(2, 1, 0);
  checkVectors(checker, "dy", checker.input(0), checker.input(1), checker.output(0));
}

/** Every row is summed by one thread in the order of the ids. Tiles, of which each goes through all ids, are as many as threads. */
void runGradient(const Context& context, const Arguments& arguments) {
  const float* const dy = arguments.inputs[0].data;
  const Tensor& ids = arguments.inputs[1];
  const Tensor& table = arguments.outputs[0];
  const int64_t width = table.features();
  const int64_t rows = table.dims[0];
  const int64_t tiles = ids.count * width < kParallelElements ? 1 : context.threads;
  parallelFor(context, tiles, [&](int64_t tile, int) {
    for (int64_t begin = tile * kTogether; begin < rows; begin += tiles * kTogether)
      std::fill(table.data + begin * width, table.data + std::min(rows, begin + kTogether) * width, 0.0f);
    for (int64_t i = 0; i < ids.count; ++i) {
      const int64_t row = rowOf(ids.data[i], rows);
      if (row < 0 || row / kTogether % tiles != tile) continue;
      float* const sum = table.data + row * width;
      const float* const vector = dy + i * width;
      vectorized(0, width, [=](int64_t c) LAMINA_BODY { sum[c] += vector[c]; });
    }
  });
}

const Registration forward{{"embedding", validate, run}};
const Registration gradient{{"embedding_gradient", validateGradient, runGradient}};

}  // namespace

}  // namespace lamina
