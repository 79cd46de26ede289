import { availableParallelism } from 'node:os'
import { UserError } from './errors.ts'

/** Of `itest gen` for several routes; null: the words name one. @throws UserError */
export function parseMany(
  words: readonly string[],
  raw: Readonly<Record<string, unknown>>,
): {
  readonly files: string | null
  readonly concurrency: number
  readonly resume: boolean
  readonly batch: boolean
} | null {
  const [files] = words
  const isPattern = files !== undefined && words.length === 1 && !/^\/|\s/.test(files) && /[*{]|[\w.]\//.test(files)
  const isMany = raw.all === true || isPattern
  const name = ['resume', 'batch', 'concurrency'].find((one) => raw[one] !== undefined)
  if (!isMany && name !== undefined) {
    throw new UserError(`--${name} is for several routes`, {
      hint: "Add --all, or name files: itest gen 'src/routes/**'.",
    })
  }
  if (!isMany) return null
  if (raw.all === true && words.length > 0) {
    throw new UserError(`expected --all or a route, found both: --all and "${words.join(' ')}"`, {
      hint: 'Leave one of them out.',
    })
  }
  const single = [['printPrompt', '--print-prompt'] as const, ['draft', '--draft'] as const].find(
    ([key]) => raw[key] !== undefined,
  )
  if (single) throw new UserError(`${single[1]} is for one route`, { hint: 'Name it: itest gen POST /orders.' })
  const concurrency = readConcurrency(raw.concurrency === undefined ? null : String(raw.concurrency))
  return { files: files ?? null, concurrency, resume: raw.resume === true, batch: raw.batch === true }
}

const MOST_ROUTES = 64

function readConcurrency(given: string | null): number {
  const count = given === null ? Math.max(2, availableParallelism()) : Number(given)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_ROUTES) return count
  throw new UserError(`--concurrency: expected a whole number from 1 to ${MOST_ROUTES}, found "${given}"`, {
    hint: 'It bounds how many replies are waited for at once; the tests of one route run at a time.',
  })
}
