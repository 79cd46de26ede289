import * as z from 'zod'
import { LEAST_BUDGET } from '../prompt-options.ts'
import { EFFORTS } from '../write/model-choice.ts'
import type { ItestConfig, SignIn } from './define-config.ts'
import type { Settings } from './settings.ts'

const Text = z.string('text').trim().min(1, 'text')

const ROUTE = 'a method and a path, e.g. POST /orders'
const COUNT = 'a whole number from 1 to 9999999'
const BUDGET = `a whole number of at least ${LEAST_BUDGET}`
const TEST_FILE = 'a name that ends in .ts, with {method} and {path} in it and no folder above'

/** One line a key; a key that is not here is refused, so nothing is silently without effect. */
const Config = z.strictObject(
  {
    app: Text.optional(),
    env: z.record(z.string(), z.string('text'), 'an object of texts').optional(),
    database: z
      .strictObject(
        {
          engine: z.enum(['auto', 'postgres', 'pglite'], 'auto, postgres or pglite').optional(),
          url: Text.optional(),
        },
        'an object',
      )
      .optional(),
    tests: z
      .strictObject({ folder: Text.optional(), file: Text.refine(isTestFile, TEST_FILE).optional() }, 'an object')
      .optional(),
    skip: z
      .array(
        z.strictObject({ route: Text.regex(/^[A-Z]+ \/\S*$/, ROUTE), path: Text, reason: Text }, 'an object'),
        'a list',
      )
      .optional(),
    model: Text.optional(),
    effort: z.enum(EFFORTS, EFFORTS.join(', ')).optional(),
    maxTokens: z.int(COUNT).min(1, COUNT).max(9_999_999, COUNT).optional(),
    promptBudget: z.int(BUDGET).min(LEAST_BUDGET, BUDGET).optional(),
    stripComments: z.boolean('true or false').optional(),
    auth: z.strictObject({ signIn: z.custom<SignIn>(isFunction, 'a function') }, 'an object').optional(),
  },
  'an object',
) satisfies z.ZodType<unknown, ItestConfig>

export type Checked =
  | { readonly ok: true; readonly settings: Omit<Settings, 'file'> }
  /** Each names the path of a key: `database.url: expected text, found the number 5`. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** Checks what the config exports by default. */
export function checkConfig(exported: unknown): Checked {
  const parsed = Config.safeParse(exported)
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap((issue) => describe(issue, exported)) }
  const { app, env, database, tests, skip, model, effort, maxTokens, promptBudget, stripComments, auth } = parsed.data
  return {
    ok: true,
    settings: {
      keys: Object.entries(parsed.data).flatMap(([key, value]) => (value === undefined ? [] : [key])),
      app: app ?? null,
      env: env ?? {},
      database: { engine: database?.engine ?? null, url: database?.url ?? null },
      tests: { folder: tests?.folder ?? null, file: tests?.file ?? null },
      skip: skip ?? [],
      model: model ?? null,
      effort: effort ?? null,
      maxTokens: maxTokens ?? null,
      promptBudget: promptBudget ?? null,
      stripComments: stripComments ?? false,
      hasAuth: auth !== undefined,
    },
  }
}

/** Two routes never share a name, and Node and Vitest see TypeScript. */
function isTestFile(name: string): boolean {
  const parts = name.split('/')
  return name.endsWith('.ts') && /\{method\}/.test(name) && /\{path\}/.test(name) && !parts.includes('..')
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function describe(issue: z.core.$ZodIssue, exported: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path).join(', ')
    return issue.keys.map((key) => `${nameOf([...issue.path, key])}: unknown key, expected one of ${known}`)
  }
  const found = nameValue(valueAt(exported, issue.path), isSecret(issue.path))
  const name = issue.path.length === 0 ? 'the default export' : nameOf(issue.path)
  return [`${name}: expected ${issue.message}, found ${found}`]
}

/** The keys of an object of the config. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = Config
  for (const key of path) schema = stepInto(schema, key)
  const object = bare(schema)
  return object instanceof z.ZodObject ? Object.keys(object.shape) : []
}

function stepInto(schema: unknown, key: PropertyKey): unknown {
  const owner = bare(schema)
  if (owner instanceof z.ZodArray) return owner.element
  return owner instanceof z.ZodObject ? Reflect.get(owner.shape, key) : undefined
}

function bare(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema
}

/** `skip[0].route` */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('')
}

function valueAt(exported: unknown, path: readonly PropertyKey[]): unknown {
  let value = exported
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return value
}

/** What must not end up in the log of a build. */
function isSecret([first, second]: readonly PropertyKey[]): boolean {
  return first === 'env' || (first === 'database' && second !== 'engine')
}

const LONGEST = 60

function nameValue(value: unknown, isHidden: boolean): string {
  if (value === undefined || value === null) return value === null ? 'null' : 'nothing'
  if (typeof value === 'string') {
    if (value.trim() === '') return 'an empty text'
    return isHidden || value.length > LONGEST ? 'another text' : JSON.stringify(value)
  }
  if (typeof value === 'number' || typeof value === 'boolean')
    return isHidden ? `a ${typeof value}` : `the ${typeof value} ${value}`
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'function' ? 'a function' : `an ${typeof value}`.replace('an symbol', 'a symbol')
}
