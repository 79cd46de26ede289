import { UserError } from './errors.ts'

const MOST_ATTEMPTS = 10

/** Of `--attempts`. @throws UserError */
export function readAttempts(given: string): number {
  const count = Number(given)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_ATTEMPTS) return count
  throw new UserError(`--attempts: expected a whole number from 1 to ${MOST_ATTEMPTS}, found "${given}"`, {
    hint: 'The first attempt writes the tests, each further one those again that can not be used; the default is 3.',
  })
}

/** Of `--max-cost`, in US dollars. @throws UserError */
export function readCost(given: string | null): number | null {
  if (given === null) return null
  const usd = Number(given.replace(/^\$/, ''))
  if (given.trim() !== '' && Number.isFinite(usd) && usd > 0) return usd
  throw new UserError(`--max-cost: expected an amount of US dollars, found "${given}"`, {
    hint: 'Example: --max-cost 0.50',
  })
}

const MOST_SECONDS = 3600

/** Of `--model-timeout`, given in seconds; in milliseconds. @throws UserError */
export function readTimeout(given: string): number {
  const seconds = Number(given)
  if (given.trim() !== '' && seconds > 0 && seconds <= MOST_SECONDS) return Math.round(seconds * 1000)
  throw new UserError(`--model-timeout: expected seconds, at most ${MOST_SECONDS}, found "${given}"`, {
    hint: 'How long a model may stay silent. Slow local models read a long prompt for minutes before they answer.',
  })
}
