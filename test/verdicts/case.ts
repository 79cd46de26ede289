/** A tiny test file, and what every test in it must be called. */
export interface Case {
  /** Its file becomes `tests/<name>.test.<extension>`. */
  readonly name: string
  /** `red assertion`, `broken hook`, `green`, `flaky`; by the title of the test where they differ. */
  readonly is: string | Readonly<Record<string, string>>
  readonly code: string
  /** Default `js`; only TypeScript is type-checked. */
  readonly extension?: 'js' | 'ts'
}

const IMPORTS = `
import request from 'supertest'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { app } from '../src/app.js'
`

/** With the imports that nearly all of them have. */
export function withApp(code: string): string {
  return `${IMPORTS}${code}`
}

/** One test, which sends what it likes. */
export function one(body: string): string {
  return withApp(`it('is judged', async () => {\n${body}\n})\n`)
}
