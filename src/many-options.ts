import { availableParallelism } from 'node:os'
import { UserError } from './errors.ts'

/** Of `itest gen` for several routes. */
export interface ManyOptions {
  /** A pattern of the files that register them, relative to the root; null: all. */
  readonly files: string | null
  /** Routes at work at once; their tests run one route after the other all the same. */
  readonly concurrency: number
  /** Whether to go on where a run was interrupted. */
  readonly resume: boolean
  /** Whether the models are asked in one batch, which takes longer and costs half. */
  readonly batch: boolean
  /** Of a batch that was sent earlier, from this machine: only here its replies are known by their requests. */
  readonly batchId: string | null
}

type Raw = Readonly<Record<string, unknown>>

const FOR_SEVERAL: Readonly<Record<string, string>> = {
  resume: '--resume',
  batch: '--batch',
  batchId: '--batch-id',
  concurrency: '--concurrency',
}
const FOR_ONE: Readonly<Record<string, string>> = { printPrompt: '--print-prompt', draft: '--draft' }

/** Null: the words name one route. @throws UserError */
export function parseMany(words: readonly string[], raw: Raw): ManyOptions | null {
  const [files] = words
  const isPattern = files !== undefined && words.length === 1 && !/^\/|\s/.test(files) && /[*{]|[\w.]\//.test(files)
  if (raw.all === true && words.length > 0) {
    throw new UserError(`expected --all or a route, found both: --all and "${words.join(' ')}"`, {
      hint: 'Leave one of them out.',
    })
  }
  if (raw.all !== true && !isPattern) {
    refuse(raw, FOR_SEVERAL, { are: 'several routes', hint: "Add --all, or name files: itest gen 'src/routes/**'." })
    return null
  }
  refuse(raw, FOR_ONE, { are: 'one route', hint: 'Name it: itest gen POST /orders.' })
  return {
    files: files ?? null,
    concurrency: readConcurrency(raw.concurrency === undefined ? null : String(raw.concurrency)),
    resume: raw.resume === true,
    batch: raw.batch === true || raw.batchId !== undefined,
    batchId: raw.batchId === undefined ? null : String(raw.batchId),
  }
}

function refuse(
  raw: Raw,
  options: Readonly<Record<string, string>>,
  { are, hint }: { readonly are: string; readonly hint: string },
): void {
  const [, option] = Object.entries(options).find(([key]) => raw[key] !== undefined) ?? []
  if (option) throw new UserError(`${option} is for ${are}`, { hint })
}

const MOST_ROUTES = 64

function readConcurrency(given: string | null): number {
  const count = given === null ? Math.max(2, availableParallelism()) : Number(given)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_ROUTES) return count
  throw new UserError(`--concurrency: expected a whole number from 1 to ${MOST_ROUTES}, found "${given}"`, {
    hint: 'It bounds how many replies are waited for at once; the tests of one route run at a time.',
  })
}
