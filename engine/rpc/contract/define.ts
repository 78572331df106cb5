import type { GenericSchema, InferInput, InferOutput } from 'valibot'

/** One remote method: a schema that checks the arguments at run time and the type of the result. */
export interface Method<Params extends GenericSchema = GenericSchema, Result = unknown> {
  readonly params: Params
  /** Type only; never set. */
  readonly result?: Result
}

/** Declares a method: `method<Result>()(v.object({ ... }))`. */
export function method<Result>() {
  return <Params extends GenericSchema>(params: Params): Method<Params, Result> => ({ params })
}

export type Domain = Readonly<Record<string, Method>>
export type ContractShape = Readonly<Record<string, Domain>>

export type ParamsOf<M> = M extends Method<infer P, unknown> ? InferInput<P> : never
export type CheckedParamsOf<M> = M extends Method<infer P, unknown> ? InferOutput<P> : never
export type ResultOf<M> = M extends { readonly result?: infer R } ? Exclude<R, undefined> : never

/** What callers hold: every method of the contract as an async function of its parameters. */
export type ClientOf<C extends ContractShape> = {
  readonly [D in keyof C]: { readonly [M in keyof C[D]]: (params: ParamsOf<C[D][M]>) => Promise<ResultOf<C[D][M]>> }
}

/** What the server must supply: every method, or it does not compile. */
export type HandlersOf<C extends ContractShape, Context> = {
  readonly [D in keyof C]: {
    readonly [M in keyof C[D]]: (
      params: CheckedParamsOf<C[D][M]>,
      context: Context,
    ) => Promise<ResultOf<C[D][M]>> | ResultOf<C[D][M]>
  }
}

/** The handlers of each domain, loaded when a client first calls one of them: a command pays for what it uses. */
export type LoadersOf<C extends ContractShape, Context> = {
  readonly [D in keyof C]: () => Promise<HandlersOf<C, Context>[D]>
}
