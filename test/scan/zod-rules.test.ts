import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { evaluateExpression } from '../../src/plan/evaluate-expression.ts'
import { matchesShape } from '../../src/plan/match-shape.ts'
import type { Shape } from '../../src/scan/types.ts'
import { firstScenario, readHandler } from '../support/scan-source.ts'

/** Read by analysis, and asked of zod itself: where analysis says yes or no, zod must say the same. */
const DECODED = [
  'z.string()',
  'z.string().min(2).max(4)',
  'z.string().min(2).nonempty()',
  'z.string().min(2).min(1).max(4).max(9)',
  'z.array(z.number()).min(2).nonempty()',
  'z.string().length(3)',
  'z.string().nonempty()',
  "z.string().startsWith('ab')",
  "z.string().endsWith('bc')",
  "z.string().includes('b')",
  'z.string().regex(/^a+$/)',
  'z.string().trim()',
  'z.string().toLowerCase()',
  'z.email()',
  'z.uuid()',
  'z.url()',
  'z.iso.date()',
  'z.iso.datetime()',
  'z.number()',
  'z.number().min(1).max(5)',
  'z.number().gt(1).lt(5)',
  'z.number().positive()',
  'z.number().positive().int()',
  'z.number().negative()',
  'z.number().nonnegative()',
  'z.number().nonpositive()',
  'z.number().multipleOf(2)',
  'z.number().finite()',
  'z.int()',
  'z.int32()',
  'z.coerce.number()',
  'z.coerce.number().int().min(1)',
  'z.coerce.string().min(2)',
  'z.coerce.string().max(4)',
  'z.coerce.boolean()',
  'z.coerce.date()',
  'z.boolean()',
  'z.any()',
  'z.unknown()',
  'z.null()',
  "z.literal('abc')",
  'z.literal(5)',
  "z.literal(['abc', 5])",
  "z.enum(['abc', 'b'])",
  "z.enum(['abc', 'b', 'c']).exclude(['b'])",
  "z.enum(['abc', 'b', 'c']).extract(['b'])",
  'z.enum({ A: 5, B: true })',
  'z.array(z.string())',
  'z.array(z.number()).nonempty()',
  'z.array(z.number()).min(2).max(3)',
  'z.array(z.any()).length(2)',
  'z.number().array()',
  'z.array(z.number()).element',
  'z.tuple([z.string(), z.number()])',
  'z.record(z.string(), z.number())',
  'z.union([z.string(), z.number()])',
  'z.string().or(z.null())',
  "z.discriminatedUnion('t', [z.object({ t: z.literal('a'), x: z.number() }), z.object({ t: z.literal('b') })])",
  'z.object({ x: z.number() })',
  'z.object({ x: z.number() }).strict()',
  'z.strictObject({ x: z.number() })',
  'z.looseObject({ x: z.number() })',
  'z.object({ x: z.number() }).passthrough()',
  'z.object({ x: z.number() }).partial()',
  'z.object({ x: z.number(), t: z.string() }).partial({ t: true })',
  'z.object({ x: z.number().optional() }).required()',
  'z.object({ x: z.number() }).extend({ t: z.string() })',
  'z.object({ x: z.number(), t: z.string() }).omit({ t: true })',
  'z.object({ x: z.number(), t: z.string() }).pick({ t: true })',
  'z.object({ x: z.number(), t: z.string() }).partial().shape.x',
  'z.object({ x: z.number(), t: z.string() }).keyof()',
  'z.object({ x: z.number() }).and(z.object({ t: z.string() }))',
  'z.intersection(z.object({ x: z.number() }), z.object({ t: z.string() }))',
  'z.optional(z.string())',
  'z.nullable(z.string())',
  'z.nullish(z.string())',
  'z.string().optional()',
  'z.union([z.string().min(1), z.undefined()])',
  'z.union([z.string(), z.number(), z.undefined()])',
  'z.string().nullable()',
  'z.string().nullish()',
  'z.string().optional().unwrap()',
  "z.string().default('x')",
  "z.string().prefault('x')",
  "z.string().catch('x')",
  "z.string().brand('Name')",
  'z.string().readonly()',
  "z.string().describe('a name').meta({ title: 'Name' })",
  'z.lazy(() => z.string())',
  "z.string().refine((value) => value === 'abc')",
  'z.object({ x: z.number() }).refine((value) => value.x > 2)',
  'z.object({ get inner() { return z.string() } })',
] as const

/** What analysis does not decode: it must not claim to know. */
const UNDECODED = [
  "z.preprocess((value) => value ?? 'x', z.string())",
  'z.custom((value) => value === 5)',
  'z.instanceof(Date)',
  "z.templateLiteral(['a', z.string()])",
  'z.map(z.string(), z.number())',
  'z.set(z.string())',
  'z.bigint()',
  'z.stringbool()',
  'z.undefined()',
  'z.never()',
  'z.json()',
  'z.string().superRefine((value, context) => { if (value.length < 2) context.addIssue({ code: "custom" }) })',
  'z.string().refine((value) => value.length > 2 && value.length < 5)',
  'z.string().transform((value) => value.length).pipe(z.number().min(3))',
  'z.email({ pattern: /@example.com$/ })',
  'z.string().regex(/a/).regex(/b/)',
  'z.number().check(z.gte(2))',
  'z.object({ x: z.number() }).catchall(z.string())',
  'z.array(z.string()).refine((list) => new Set(list).size === list.length)',
  "z.record(z.enum(['x']), z.number())",
  'z.tuple([z.string()], z.number())',
  'z.string().and(z.email())',
] as const

const VALUES: readonly unknown[] = [
  undefined,
  null,
  '',
  'a',
  'ab',
  'abc',
  'aaaa',
  'ABC',
  ' abc ',
  'xabcx',
  '5',
  'true',
  'ada@example.com',
  'https://example.com/ada',
  '3f2c1a44-9a0b-4c3d-8e5f-1234567890ab',
  '2030-01-15',
  '2030-01-15T10:00:00.000Z',
  -1,
  0,
  0.5,
  1,
  3,
  5,
  3_000_000_000,
  true,
  false,
  [],
  [1],
  [1, 2],
  ['a', 1],
  ['a'],
  {},
  { x: 1 },
  { x: 3 },
  { x: 'a' },
  { x: 1, t: 'a' },
  { t: 'a' },
  { t: 'a', x: 2 },
  { t: 'b' },
  { inner: 'a' },
  { inner: { inner: {} } },
]

function shapeOf(source: string): Shape {
  const dossier = readHandler(`z.object({ it: ${source} }).parse(req.body); res.sendStatus(204)`, {
    imports: "import { z } from 'zod'",
  })
  const condition = firstScenario(dossier).decisions[0]?.condition
  const part = condition?.kind === 'operation' ? condition.operands[1] : undefined
  const field = part?.kind === 'shape' && part.shape.type === 'object' ? part.shape.fields.it : undefined
  if (!field) throw new Error(`no field was read of ${source}`)
  return field
}

function matches(shape: Shape, value: unknown): boolean | 'unknown' {
  const inputs = { body: { it: value }, query: {}, params: {}, headers: {}, cookies: {} }
  return matchesShape(value, shape, (check) =>
    evaluateExpression(check, { inputs, environment: {}, results: new Map() }),
  )
}

/** The schemas are code of this file. */
function realSchema(source: string): z.ZodType {
  return new Function('z', `return ${source}`)(z)
}

function contradictions(source: string): unknown[] {
  const shape = shapeOf(source)
  const real = realSchema(source)
  return VALUES.filter((value) => {
    const said = matches(shape, value)
    return said !== 'unknown' && said !== real.safeParse(value).success
  })
}

describe('what analysis says of a zod schema', () => {
  it.each(DECODED)('is what zod says of %s', (source) => {
    expect(contradictions(source)).toEqual([])
  })

  it.each(DECODED)('is a definite answer for most values, of %s', (source) => {
    const shape = shapeOf(source)
    const definite = VALUES.filter((value) => matches(shape, value) !== 'unknown')
    expect(definite.length).toBeGreaterThan(VALUES.length / 2)
  })

  it.each(UNDECODED)('claims nothing wrong of %s', (source) => {
    expect(contradictions(source)).toEqual([])
    const { refined, checks } = shapeOf(source)
    expect(refined || checks.length > 0).toBe(true)
  })
})

describe('odd schemas', () => {
  it.each([
    'z.object()',
    'z.object(fields)',
    'z.union()',
    'z.union(options)',
    'z.enum(values)',
    'z.enum([])',
    'z.literal()',
    'z.array()',
    'z.tuple()',
    'z.record()',
    'z.lazy()',
    'z.string().min()',
    'z.string().min(limit)',
    'z.string().or()',
    'z.string().pipe()',
    'z.object({ ...fields })',
    'z',
  ])('are not taken for known: %s', (source) => {
    const shape = shapeOf(source)
    const said = VALUES.slice(2).filter((value) => value !== null && matches(shape, value) === true)
    expect(shape.refined || shape.type === 'object' || said.length === 0).toBe(true)
  })
})
