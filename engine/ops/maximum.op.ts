import { extremeOps } from './extreme.ts'

const declared = extremeOps('maximum', 'Max')

/** y = max(a, b), elementwise. */
export const maximum = declared.forward

/** dy to the larger of a and b, half to each where they are equal. */
export const maximumGradient = declared.gradient
