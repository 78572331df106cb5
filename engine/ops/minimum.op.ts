import { extremeOps } from './extreme.ts'

const declared = extremeOps('minimum', 'Min')

/** y = min(a, b), elementwise. */
export const minimum = declared.forward

/** dy to the smaller of a and b, half to each where they are equal. */
export const minimumGradient = declared.gradient
