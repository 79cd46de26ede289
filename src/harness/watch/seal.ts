import { createHmac } from 'node:crypto'

/** What the worker says of a test: only the harness and the reporter have the key. */
export interface Sealed {
  readonly facts: string
  readonly seal: string
}

export type Seal = (testId: string, facts: object) => Sealed

/** `key`: null where nobody reads the facts but people. */
export function createSeal(key: string | null): Seal {
  // Code under test could replace these.
  const { stringify } = JSON
  return (testId, object) => {
    const facts = stringify(object)
    return { facts, seal: key === null ? '' : sign(key, testId, facts) }
  }
}

/** The facts as JSON; null when somebody else wrote them, or for another test. */
export function openSealed(key: string, testId: string, sealed: unknown): string | null {
  if (typeof sealed !== 'object' || sealed === null) return null
  const facts: unknown = Reflect.get(sealed, 'facts')
  if (typeof facts !== 'string') return null
  return Reflect.get(sealed, 'seal') === sign(key, testId, facts) ? facts : null
}

function sign(key: string, testId: string, facts: string): string {
  return createHmac('sha256', key).update(`${testId}\n${facts}`).digest('hex')
}
