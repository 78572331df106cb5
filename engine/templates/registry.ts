import { breastCancer } from './breast-cancer.template.ts'
import { diabetes } from './diabetes.template.ts'
import { digits } from './digits.template.ts'
import { digitsCnn } from './digits-cnn.template.ts'
import { iris } from './iris.template.ts'
import type { Template } from './template.ts'
import { wine } from './wine.template.ts'
import { xor } from './xor.template.ts'

export type { Template }

export const templates: readonly Template[] = [iris, wine, breastCancer, digits, digitsCnn, diabetes, xor]

/** The template of that id, or undefined. */
export function findTemplate(id: string): Template | undefined {
  return templates.find((template) => template.id === id)
}
