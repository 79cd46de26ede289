/** Values and validation rules as data. */

export interface SourceLocation {
  /** Relative to the project root, forward slashes. */
  readonly file: string
  /** 1-based. */
  readonly line: number
}

export type InputSource = 'body' | 'query' | 'params' | 'headers' | 'cookies'

/**
 * A value as the code computes it, before any request is sent. `result` points at the event that answers with it, e.g.
 * `{ kind: 'result', event: 2, path: ['0', 'id'] }` is the id of the first row that event 2 returns.
 */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'input'; readonly from: InputSource; readonly path: readonly string[] }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'result'; readonly event: number; readonly path: readonly string[] }
  | { readonly kind: 'column'; readonly table: string; readonly column: string }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Expression>>; readonly open: boolean }
  | { readonly kind: 'array'; readonly items: readonly Expression[]; readonly open: boolean }
  | { readonly kind: 'operation'; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly kind: 'shape'; readonly shape: Shape }
  | { readonly kind: 'unknown'; readonly text: string; readonly at: SourceLocation }

interface ShapeBase {
  /** May be left out. */
  readonly optional: boolean
  readonly nullable: boolean
  /** Has a refinement or transformation that the rules below do not show. */
  readonly refined: boolean
  /** What comes out instead of the input, when the schema transforms it in a way that could be read. */
  readonly parsed: Expression | null
  /** Refinements that could be read, as conditions on the validated input. */
  readonly checks: readonly Expression[]
}

/** What a validator accepts, as far as it can be read from the code. */
export type Shape = ShapeBase &
  (
    | {
        readonly type: 'object'
        readonly fields: Readonly<Record<string, Shape>>
        /** Refuses fields that are not listed. */
        readonly strict: boolean
        /** What is no object counts as an object without fields: the validator looks at the fields only. */
        readonly lenient: boolean
      }
    | { readonly type: 'record'; readonly value: Shape }
    | {
        readonly type: 'string'
        readonly min: number | null
        readonly max: number | null
        readonly format: string | null
        readonly pattern: string | null
        /** Numbers and booleans are taken as text. */
        readonly coerced: boolean
      }
    | {
        readonly type: 'number'
        readonly min: number | null
        readonly max: number | null
        /** Must be greater, or smaller, than this. */
        readonly above: number | null
        readonly below: number | null
        readonly multipleOf: number | null
        readonly integer: boolean
        /** A number written as text is taken too. */
        readonly coerced: boolean
      }
    | { readonly type: 'boolean'; readonly coerced: boolean }
    | { readonly type: 'date'; readonly coerced: boolean }
    | { readonly type: 'enum'; readonly values: readonly EnumValue[]; readonly coerced: boolean }
    | {
        readonly type: 'array'
        readonly item: Shape
        readonly min: number | null
        readonly max: number | null
        /** What is no list passes: the validator looks at the items only. */
        readonly lenient: boolean
      }
    | { readonly type: 'tuple'; readonly items: readonly Shape[] }
    | { readonly type: 'union'; readonly options: readonly Shape[] }
    | { readonly type: 'any' }
    /** Rules that can't be decoded; `text` is their source. */
    | { readonly type: 'unknown'; readonly text: string }
  )

export type EnumValue = string | number | boolean | null
