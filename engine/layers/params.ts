interface Common {
  label: string
  /** One or two sentences; may hold a formula between `$`. */
  help: string
  /** Keras' name of the parameter, where it has one. */
  keras?: string
  /** Shown only when this holds for the effective parameters. */
  visible?: (params: EffectiveParams) => boolean
  /** May be swept. Default true for numbers, choices and booleans. */
  searchable?: boolean
}

/** One declared parameter: inspector form, range check, search space and documentation derive from it. */
export type ParamSpec =
  | (Common & { kind: 'integer'; default: number; min: number; max: number; logarithmic?: boolean })
  | (Common & {
      kind: 'number'
      default: number
      min: number
      max: number
      exclusiveMin?: boolean
      exclusiveMax?: boolean
      logarithmic?: boolean
    })
  | (Common & { kind: 'boolean'; default: boolean })
  | (Common & { kind: 'choice'; default: string; options: readonly { value: string; label: string; help?: string }[] })
  /** Any number of the options, each once. */
  | (Common & {
      kind: 'choices'
      default: readonly string[]
      options: readonly { value: string; label: string; help?: string }[]
    })
  /** Dimensions of one sample, without the batch; empty = derive. */
  | (Common & { kind: 'shape'; default: readonly number[]; maxRank: number })
  /** Names of feature columns, empty = all; with `of: 'targets'` of target columns, empty = none. */
  | (Common & { kind: 'columns'; default: readonly string[]; of?: 'targets' })
  /** Name of a target column; empty = the only one. */
  | (Common & { kind: 'target'; default: string })
  | (Common & { kind: 'text'; default: string; maxLength: number })

export type ParamValue = number | boolean | string | readonly number[] | readonly string[]
/** All declared parameters with their values, defaults filled in. */
export type EffectiveParams = Readonly<Record<string, ParamValue>>
export type ParamSpecs = Readonly<Record<string, ParamSpec>>
