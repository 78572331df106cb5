/**
 * Layer normalisation of rows, `kWidth` of them at a time: their sums are reduced together. The next rows are asked for meanwhile, as they often are the next
 * page, before which the processor's own prefetching stops. Included by math_impl.h.
 */
namespace lamina::LAMINA_ISA {

LAMINA_INLINE size_t partAt(size_t count, size_t begin) { return count - begin < kWidth ? count - begin : kWidth; }
/** The same where all parts may be known to be whole. */
template <bool Whole> LAMINA_INLINE size_t columnsAt(size_t count, size_t begin) { return Whole ? kWidth : partAt(count, begin); }
LAMINA_INLINE F loadAt(const float* p, size_t lanes) { return lanes == kWidth ? V::load(p) : V::loadPart(p, lanes); }
LAMINA_INLINE void storeAt(float* p, size_t lanes, F a) {
  if (lanes == kWidth)
    V::store(p, a);
  else
    V::storePart(p, lanes, a);
}
/** The first lanes of a vector, zeros behind. */
LAMINA_INLINE F firstLanes(F a, size_t lanes) {
  if (lanes == kWidth) return a;
  float part[kWidth] = {};
  V::storePart(part, lanes, a);
  return V::load(part);
}

/** Vectors of partial sums of some rows to one sum a row. */
LAMINA_INLINE F sumRows(const F* partial) {
  F square[kWidth];
  LAMINA_UNROLL for (size_t r = 0; r < kWidth; ++r) square[r] = partial[r];
  V::transpose(square);
  F sum = square[0];
  LAMINA_UNROLL for (size_t r = 1; r < kWidth; ++r) sum = V::add(sum, square[r]);
  return sum;
}

template <bool Whole>
LAMINA_INLINE void normalizeRows(const float* x, const float* gamma, const float* beta, float* y, float* means, float* inverses, size_t rows,
                                 size_t columns, float epsilon) {
  const F count = V::set(static_cast<float>(columns));
  for (size_t first = 0; first < rows; first += kWidth, x += kWidth * columns, y += kWidth * columns) {
    const size_t height = partAt(rows, first);
    F sums[kWidth], squares[kWidth];
    float about[kWidth], rest[kWidth], inverse[kWidth];
    for (size_t r = 0; r < kWidth; ++r) {
      sums[r] = V::zero();
      for (size_t c = 0; r < height && c < columns; c += kWidth) sums[r] = V::add(sums[r], loadAt(x + r * columns + c, columnsAt<Whole>(columns, c)));
    }
    V::store(about, V::div(sumRows(sums), count));
    // Deviations from the rounded mean, and what they say it was off by.
    for (size_t r = 0; r < kWidth; ++r) {
      const F mean = V::set(about[r]);
      sums[r] = squares[r] = V::zero();
      for (size_t c = 0; r < height && c < columns; c += kWidth) {
        const size_t lanes = columnsAt<Whole>(columns, c);
        const F deviation = firstLanes(V::sub(loadAt(x + r * columns + c, lanes), mean), lanes);
        sums[r] = V::add(sums[r], deviation);
        squares[r] = V::fma(deviation, deviation, squares[r]);
      }
    }
    const F off = V::div(sumRows(sums), count);
    const F variance = V::fnma(off, off, V::div(sumRows(squares), count));
    const F scale = V::div(V::set(1.0f), V::sqrt(V::add(variance, V::set(epsilon))));
    V::store(rest, off);
    V::store(inverse, scale);
    if (means != nullptr) storeAt(means + first, height, V::add(V::load(about), off));
    if (inverses != nullptr) storeAt(inverses + first, height, scale);
    for (size_t r = 0; r < height; ++r) {
      const F mean = V::set(about[r]), small = V::set(rest[r]), by = V::set(inverse[r]);
      for (size_t c = 0; c < columns; c += kWidth) {
        const size_t lanes = columnsAt<Whole>(columns, c);
        F value = V::mul(V::sub(V::sub(loadAt(x + r * columns + c, lanes), mean), small), by);
        if (gamma != nullptr) value = V::mul(value, loadAt(gamma + c, lanes));
        if (beta != nullptr) value = V::add(value, loadAt(beta + c, lanes));
        storeAt(y + r * columns + c, lanes, value);
        LAMINA_PREFETCH(x + (kWidth + r) * columns + c);
        LAMINA_PREFETCH(y + (kWidth + r) * columns + c);
      }
    }
  }
}

template <bool Whole>
LAMINA_INLINE void normalizeGradientRows(const float* dy, const float* x, const float* gamma, const float* means, const float* inverses, float* dx,
                                         float* dgamma, float* dbeta, size_t rows, size_t columns) {
  const F count = V::set(static_cast<float>(columns));
  for (size_t first = 0; first < rows; first += kWidth, x += kWidth * columns, dy += kWidth * columns, dx += kWidth * columns) {
    const size_t height = partAt(rows, first);
    F gradients[kWidth], products[kWidth];
    float meanGradient[kWidth], meanProduct[kWidth];
    for (size_t r = 0; r < kWidth; ++r) {
      gradients[r] = products[r] = V::zero();
      if (r >= height) continue;
      const F mean = V::set(means[first + r]), by = V::set(inverses[first + r]);
      for (size_t c = 0; c < columns; c += kWidth) {
        const size_t lanes = columnsAt<Whole>(columns, c);
        F h = loadAt(dy + r * columns + c, lanes);
        if (gamma != nullptr) h = V::mul(h, loadAt(gamma + c, lanes));
        gradients[r] = V::add(gradients[r], h);
        products[r] = V::fma(h, V::mul(V::sub(loadAt(x + r * columns + c, lanes), mean), by), products[r]);
      }
    }
    V::store(meanGradient, V::div(sumRows(gradients), count));
    V::store(meanProduct, V::div(sumRows(products), count));
    for (size_t c = 0; c < columns; c += kWidth) {
      const size_t lanes = columnsAt<Whole>(columns, c);
      const F scale = gamma != nullptr ? loadAt(gamma + c, lanes) : V::set(1.0f);
      F shiftSum = V::zero(), scaleSum = V::zero();
      for (size_t r = 0; r < height; ++r) {
        const F by = V::set(inverses[first + r]);
        const F g = loadAt(dy + r * columns + c, lanes);
        const F z = V::mul(V::sub(loadAt(x + r * columns + c, lanes), V::set(means[first + r])), by);
        shiftSum = V::add(shiftSum, g);
        scaleSum = V::fma(g, z, scaleSum);
        const F centred = V::sub(V::mul(g, scale), V::set(meanGradient[r]));
        storeAt(dx + r * columns + c, lanes, V::mul(V::fnma(z, V::set(meanProduct[r]), centred), by));
        LAMINA_PREFETCH(dy + (kWidth + r) * columns + c);
        LAMINA_PREFETCH(x + (kWidth + r) * columns + c);
      }
      storeAt(dbeta + c, lanes, V::add(loadAt(dbeta + c, lanes), shiftSum));
      storeAt(dgamma + c, lanes, V::add(loadAt(dgamma + c, lanes), scaleSum));
    }
  }
}

static void layerNormalizationRows(const float* x, const float* gamma, const float* beta, float* y, float* means, float* inverses, size_t rows,
                                   size_t columns, float epsilon) {
  if (columns % kWidth == 0)
    normalizeRows<true>(x, gamma, beta, y, means, inverses, rows, columns, epsilon);
  else
    normalizeRows<false>(x, gamma, beta, y, means, inverses, rows, columns, epsilon);
}

static void layerNormalizationGradientRows(const float* dy, const float* x, const float* gamma, const float* means, const float* inverses, float* dx,
                                           float* dgamma, float* dbeta, size_t rows, size_t columns) {
  if (columns % kWidth == 0)
    normalizeGradientRows<true>(dy, x, gamma, means, inverses, dx, dgamma, dbeta, rows, columns);
  else
    normalizeGradientRows<false>(dy, x, gamma, means, inverses, dx, dgamma, dbeta, rows, columns);
}

}  // namespace lamina::LAMINA_ISA
