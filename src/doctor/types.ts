/** `problem`: `itest gen` can't do its work before this is mended. `warning`: it can, but less, or with something to know. */
export type CheckStatus = 'ok' | 'warning' | 'problem'

export interface Check {
  /** What was looked at, e.g. `Node`. */
  readonly name: string
  readonly status: CheckStatus
  readonly found: string
  /** What to do next; null when nothing is. */
  readonly todo: string | null
}

export interface DoctorReport {
  readonly schema: 'itest.doctor/1'
  readonly checks: readonly Check[]
  /** 1 when there is a problem, else 0. */
  readonly exitCode: 0 | 1
}
