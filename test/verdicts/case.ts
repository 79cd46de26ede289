/** A tiny test file, and what every test in it must be called. */
export interface Case {
  readonly name: string
  /** `red assertion`, `broken hook`, `green`, `flaky`; by the full name of the test where they differ. */
  readonly is: string | Readonly<Record<string, string>>
  /** A whole file. */
  readonly code?: string
  /** One test, which shares a file with others of its kind. */
  readonly body?: string
  /** Default `js`; only TypeScript is type-checked. */
  readonly extension?: 'js' | 'ts'
}

/** What is written to disk, and the label of each test by its full name; `*` for all. */
export interface LabelledFile {
  readonly file: string
  readonly code: string
  readonly labels: Readonly<Record<string, string>>
}

const SHARED = 16

const IMPORTS = `
import request from 'supertest'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { app } from '../src/app.js'
`

/** With the imports that nearly all of them have. */
export function withApp(code: string): string {
  return `${IMPORTS}${code}`
}

/** A file with one test, which sends what it likes. */
export function one(body: string): string {
  return withApp(renderTest('is judged', body))
}

/** One file for each case that needs one, and some for the others. */
export function toFiles(kind: string, cases: readonly Case[]): LabelledFile[] {
  const alone = cases.flatMap(({ name, is, code, body, extension = 'js' }) => {
    const text = code ?? (extension === 'ts' ? one(body ?? '') : null)
    const labels = typeof is === 'string' ? { '*': is } : is
    return text === null ? [] : [{ file: `tests/${name}.test.${extension}`, code: text, labels }]
  })
  const shared = cases.filter(({ code, extension }) => code === undefined && extension !== 'ts')
  const files = shared.flatMap((_, index) => (index % SHARED === 0 ? [shared.slice(index, index + SHARED)] : []))
  return [...alone, ...files.map((group, index) => share(`tests/${kind}-${index + 1}.test.js`, group))]
}

function share(file: string, cases: readonly Case[]): LabelledFile {
  return {
    file,
    code: withApp(cases.map(({ name, body = '' }) => renderTest(name, body)).join('\n')),
    labels: Object.fromEntries(cases.map(({ name, is }) => [name, String(is)])),
  }
}

function renderTest(title: string, body: string): string {
  return `it('${title}', async () => {\n${body}\n})\n`
}
