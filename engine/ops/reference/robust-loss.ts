import { perSample, perSampleGradient, type Row } from './loss.ts'

const EPSILON = 1e-7

const total = (values: Row): number => values.reduce((sum, value) => sum + value, 0)
const zip = (p: Row, t: Row, value: (p: number, t: number) => number): number[] =>
  p.map((element, index) => value(element, t[index] as number))

/** The mean over features of a term. */
function meanOf(term: (p: number, t: number, attribute: number) => number) {
  return perSample((p, t, attribute) => total(zip(p, t, (a, b) => term(a, b, attribute))) / p.length)
}

/** Its gradient from the term's derivative by the prediction. */
function meanGradientOf(derivative: (p: number, t: number, attribute: number) => number) {
  return perSampleGradient((p, t, attribute) => zip(p, t, (a, b) => derivative(a, b, attribute) / p.length))
}

const logarithm = (x: number): number => Math.log(Math.max(x, EPSILON) + 1)
export const meanSquaredLogarithmicError = meanOf((p, t) => (logarithm(p) - logarithm(t)) ** 2)
export const meanSquaredLogarithmicErrorGradient = meanGradientOf((p, t) =>
  p < EPSILON ? 0 : (2 * (logarithm(p) - logarithm(t))) / (1 + p),
)

export const meanAbsolutePercentageError = meanOf((p, t) => (100 * Math.abs(p - t)) / Math.max(Math.abs(t), EPSILON))
export const meanAbsolutePercentageErrorGradient = meanGradientOf(
  (p, t) => (100 * Math.sign(p - t)) / Math.max(Math.abs(t), EPSILON),
)

export const huber = meanOf((p, t, delta) => {
  const error = Math.abs(p - t)
  return error <= delta ? error ** 2 / 2 : delta * error - delta ** 2 / 2
})
export const huberGradient = meanGradientOf((p, t, delta) => Math.min(Math.max(p - t, -delta), delta))

export const logCosh = meanOf((p, t) => Math.log(Math.cosh(p - t)))
export const logCoshGradient = meanGradientOf((p, t) => Math.tanh(p - t))

export const poisson = meanOf((p, t) => p - t * Math.log(p + EPSILON))
export const poissonGradient = meanGradientOf((p, t) => 1 - t / (p + EPSILON))

const label = (t: number): number => (t === 0 ? -1 : t)
export const hinge = meanOf((p, t) => Math.max(1 - label(t) * p, 0))
export const hingeGradient = meanGradientOf((p, t) => (label(t) * p < 1 ? -label(t) : 0))
export const squaredHinge = meanOf((p, t) => Math.max(1 - label(t) * p, 0) ** 2)
export const squaredHingeGradient = meanGradientOf((p, t) => -2 * label(t) * Math.max(1 - label(t) * p, 0))

const surplus = (x: number, t: number): number => (x >= 0 ? 1 : 0) - t
export const perceptron = perSample((x, t) => total(zip(x, t, (a, b) => surplus(a, b) * a)))
export const perceptronGradient = perSampleGradient((x, t) => zip(x, t, surplus))

const wrongScores = (p: Row, t: Row): number[] => zip(p, t, (a, b) => (1 - b) * a)
const margin = (p: Row, t: Row): number => Math.max(...wrongScores(p, t)) - total(zip(p, t, (a, b) => a * b)) + 1
export const categoricalHinge = perSample((p, t) => Math.max(margin(p, t), 0))
export const categoricalHingeGradient = perSampleGradient((p, t) => {
  if (margin(p, t) <= 0) return p.map(() => 0)
  const wrong = wrongScores(p, t)
  const worst = wrong.indexOf(Math.max(...wrong))
  return t.map((b, c) => (c === worst ? 1 - b : 0) - b)
})

const clip = (x: number): number => Math.min(Math.max(x, EPSILON), 1)
export const klDivergence = perSample((p, t) => total(zip(p, t, (a, b) => clip(b) * Math.log(clip(b) / clip(a)))))
export const klDivergenceGradient = perSampleGradient((p, t) =>
  zip(p, t, (a, b) => (a >= EPSILON && a <= 1 ? -clip(b) / a : 0)),
)

const norm = (x: Row): number => Math.sqrt(total(x.map((value) => value ** 2)))
const direction = (x: Row): number[] => x.map((value) => value / Math.max(norm(x), EPSILON))
export const cosineSimilarity = perSample((p, t) => -total(zip(direction(p), direction(t), (a, b) => a * b)))
/** Of the target's direction only what stands at a right angle to the prediction changes the angle. */
export const cosineSimilarityGradient = perSampleGradient((p, t) => {
  const towards = direction(t)
  const own = direction(p)
  const along = norm(p) > EPSILON ? total(zip(own, towards, (a, b) => a * b)) : 0
  return zip(towards, own, (a, b) => -(a - along * b) / Math.max(norm(p), EPSILON))
})
