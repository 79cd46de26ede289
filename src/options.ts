import { statSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { UserError } from './errors.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ALL'] as const

export interface RouteArgument {
  readonly method: string
  readonly path: string
}

/** `POST /orders`, as two arguments or as one. @throws UserError */
export function parseRoute(words: readonly string[]): RouteArgument {
  const [method = '', target = '', ...rest] = words
    .flatMap((word) => word.trim().split(/\s+/))
    .filter((word) => word !== '')
  const known = METHODS.find((candidate) => candidate === method.toUpperCase())
  const shown = words.length === 0 ? 'nothing' : `"${words.join(' ')}"`
  const hint = 'Example: itest gen POST /orders. `itest routes` lists the routes of the project.'
  if (!known) throw new UserError(`expected a method (${METHODS.join(', ')}) and a path, found ${shown}`, { hint })
  if (!target.startsWith('/')) {
    const looksConverted = /^[A-Za-z]:[\\/]/.test(target)
    const why =
      target === ''
        ? 'the path is missing'
        : looksConverted
          ? 'your shell turned the path into a file name (MSYS_NO_PATHCONV=1 stops that)'
          : 'the path must begin with /'
    throw new UserError(`expected a method and a path, found ${shown}: ${why}`, { hint })
  }
  if (rest.length > 0) throw new UserError(`expected one route, found ${shown}`, { hint })
  return { method: known, path: target }
}

const Options = z.object({
  root: z.string(),
  out: z.string(),
  model: z.string().optional(),
  database: z.enum(['auto', 'postgres', 'pglite']),
  force: z.boolean(),
  json: z.boolean(),
  probe: z.boolean(),
})

export type GenOptions = z.infer<typeof Options>

/** Options of the command line with their defaults. Paths become absolute (`root`) or relative to the root (`out`). @throws UserError */
export function parseOptions(raw: Readonly<Record<string, unknown>>, cwd: string): GenOptions {
  const parsed = Options.safeParse({
    root: '.',
    out: 'tests/integration',
    database: 'auto',
    force: false,
    json: false,
    probe: false,
    ...raw,
  })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UserError(`--${issue?.path.join('.')}: ${issue?.message}`, {
      hint: '`itest gen --help` lists the options.',
    })
  }
  const root = readRoot(parsed.data.root, cwd)
  return { ...parsed.data, root, out: readOut(parsed.data.out, root) }
}

function readRoot(given: string, cwd: string): string {
  const root = path.resolve(cwd, given)
  const found = statSync(root, { throwIfNoEntry: false })
  if (found?.isDirectory()) return root
  throw new UserError(`--root ${given}: expected a folder, found ${found ? 'a file' : 'nothing'} at ${root}`, {
    hint: 'Name the folder of your Express project, the one with package.json in it.',
  })
}

function readOut(given: string, root: string): string {
  const out = path.relative(root, path.resolve(root, given)).split(path.sep).join('/')
  if (out !== '..' && !out.startsWith('../') && !path.isAbsolute(out)) return out
  throw new UserError(`--out ${given}: expected a folder inside the project ${root}`, {
    hint: 'Choose one inside it, e.g. tests/integration.',
  })
}
