import { findMutants } from '../../src/prove/find-mutants.ts'
import { rewrite } from '../../src/prove/schemata.ts'
import type { Mutant } from '../../src/prove/types.ts'
import { appWith, readRoute } from '../support/scan-source.ts'

export interface SampleOptions {
  readonly imports?: string
  /** Code of the app above the route. */
  readonly before?: string
  /** What stands before the handler among the arguments of the route. */
  readonly middleware?: string
}

export interface FoundMutant extends Mutant {
  /** The line of the file with it, trimmed; several joined by spaces. */
  readonly code: string
}

/** The mutants of `POST /orders` with this body; a call `charge(...)` is one to a payment service. */
export function mutantsOf(body: string, options: SampleOptions = {}): readonly FoundMutant[] {
  const imports = `import { charge } from './charge.js'\n${options.imports ?? ''}`
  const route = `app.post('/orders', ${options.middleware ?? ''}async (req, res, next) => {\n${body}\n})`
  const files = appWith(`${options.before ?? ''}\n${route}`, { imports, files: { 'src/charge.ts': CHARGE } })
  const text = files['src/app.ts'] ?? ''
  const found = findMutants(readRoute(files, 'POST /orders'), (file) => (file === 'src/app.ts' ? text : null))
  return found.map((mutant) => ({ ...mutant, code: difference(text, rewrite(text, mutant)) }))
}

/** The changed code of all mutants of an operator. */
export function changesBy(operator: string, body: string, options: SampleOptions = {}): readonly string[] {
  return mutantsOf(body, options).flatMap((mutant) => (mutant.operator === operator ? [mutant.code] : []))
}

const CHARGE = `
  export async function charge(body: object) {
    const response = await fetch('https://pay.example/charges', { method: 'POST', body: JSON.stringify(body) })
    return response.json()
  }
`

/** From the first line that differs to the last one. */
function difference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const first = now.findIndex((line, index) => line !== old[index])
  const same = now.toReversed().findIndex((line, index) => line !== old[old.length - 1 - index])
  const changed = now.slice(first, Math.max(first + 1, now.length - same))
  return changed
    .map((line) => line.trim())
    .join(' ')
    .trim()
}
