import type { Setting } from './lab.ts'
import type { History } from './suspects.ts'
import type { Counts } from './types.ts'

/** What runs of their own have shown of a test that sometimes fails. */
export interface Finding {
  readonly kind: 'order' | 'shared-state' | 'load' | 'random' | 'unknown'
  /** It passes only after the culprits, instead of failing after them. */
  readonly isNeed: boolean
  /** Keys of tests of its file. */
  readonly tests: readonly string[]
  /** Files whose tests it fails beside. */
  readonly others: readonly string[]
  /** They fail it only where all files share one database and the ports. */
  readonly isShared: boolean
  readonly evidence: readonly string[]
}

export const NOTHING_FOUND: Finding = {
  kind: 'unknown',
  isNeed: false,
  tests: [],
  others: [],
  isShared: false,
  evidence: [],
}

export function aloneSetting({ file, key }: History): Setting {
  return { condition: 'written', files: [file], ...(key === null ? {} : { order: { file, keys: [key] } }) }
}

export function tell({ runs, failed }: Counts): string {
  if (runs === 0) return 'it did not run'
  if (failed === 0) return `passed ${runs} of ${runs}`
  return `failed ${failed} of ${runs}`
}

export function tellFailed({ runs, failed }: Counts): string {
  return `${failed} of ${runs}`
}
