import { createHash } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import { UserError } from './errors.ts'
import { parseOrNull, readIfThere } from './read-if-there.ts'
import type { RouteName } from './route-name.ts'
import { nameTestFile } from './write/name-test-file.ts'

const Survivor = z.object({
  operator: z.string(),
  file: z.string(),
  /** Where it was when it was found. */
  line: z.number(),
  /** Follows "nothing would notice if FILE:LINE". */
  change: z.string(),
})

const Survivors = z.object({
  schema: z.literal('itest.survivors/1'),
  /** `POST /orders`. */
  route: z.string(),
  /** By what they are, wherever they stand: see `identify` in `prove/`. */
  survivors: z.record(z.string(), Survivor),
})

/** The bugs of one route that no test noticed, in the user's repository. */
export type Survivors = z.infer<typeof Survivors>

/** `.itest/survivors/post-orders-1a2b3c.json`: two routes may have one name in kebab case. */
export function survivorsPath(route: RouteName): string {
  const fileName = `{method}-{path}-${hash(nameOf(route)).slice(0, 6)}.json`
  return nameTestFile(route, { out: '.itest/survivors', fileName })
}

/** Null when none were ever written down. @throws UserError for a file that can't be read */
export function readSurvivors(root: string, route: RouteName): Survivors | null {
  const at = survivorsPath(route)
  const text = readIfThere(path.join(root, at))
  if (text === null) return null
  const found = Survivors.safeParse(parseOrNull(text)).data
  if (found?.route === nameOf(route)) return found
  throw new UserError(`${at}: expected the bugs of ${nameOf(route)} that no test notices, found something else`, {
    hint: 'Restore it from git (a merge may have left conflict marks), or delete it and run `itest prove --strengthen` again.',
  })
}

/** Sorted by id, one line a fact, so that two branches that add some can be merged. */
export function renderSurvivors({ survivors, ...rest }: Survivors): string {
  const sorted = Object.entries(survivors).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify({ ...rest, survivors: Object.fromEntries(sorted) }, null, 2)}\n`
}

/** `POST /orders`. */
export function nameOf({ method, path }: RouteName): string {
  return `${method} ${path}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
