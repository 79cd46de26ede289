import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { listSupport, reach } from '../../src/gate/support-files.ts'
import { openProject } from '../../src/scan/project/project.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'itest-support-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [file, text] of Object.entries(PROJECT)) write(file, text)
})

const PROJECT = {
  'package.json': '{ "type": "module", "dependencies": { "express": "^5.0.0" } }',
  'vitest.config.ts': "export default { test: { setupFiles: ['./ci/before.ts'] } }",
  'ci/before.ts': "import './deeper'",
  'ci/deeper.ts': 'export {}',
  'src/app.ts': "import './orders'",
  'src/orders.ts': '',
  'src/refunds.ts': 'export const refund = 1',
  'tests/orders.test.ts':
    "import '../src/app'\nimport '../src/refunds'\nimport { token } from './tokens'\nimport 'vitest'",
  'tests/tokens.ts': "export { secret } from '../src/test-support/secret'",
  'src/test-support/secret.ts': '',
  'tests/other.ts': '',
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

function support(): string[] {
  const project = openProject(root)
  const app = reach(project, { entries: [path.join(root, 'src/app.ts')], except: new Set() })
  return listSupport(project, { test: 'tests/orders.test.ts', app })
}

const names = (lines: readonly string[]) => lines.map((line) => line.slice(13))

describe('what a test depends on beside its file', () => {
  it('is configuration, set-up and helpers, and nothing of the app, not even what the app will import later', () => {
    expect(names(support())).toEqual([
      'ci/before.ts',
      'src/test-support/secret.ts',
      'tests/tokens.ts',
      'vitest.config.ts',
    ])
  })

  it('is another after a change, and not after another layout', () => {
    const before = support()
    write('tests/tokens.ts', "export { secret } from '../src/test-support/secret' // same\n")
    write('src/orders.ts', 'changed()')
    expect(support()).toEqual(before)
    write('vitest.config.ts', 'export default { test: { retry: 5 } }')
    expect(names(support().filter((line) => !before.includes(line)))).toEqual(['vitest.config.ts'])
  })

  it('is a recorded snapshot, too', () => {
    write('tests/__snapshots__/orders.test.ts.snap', 'exports[`a`] = `1`')
    expect(names(support())).toContain('tests/__snapshots__/orders.test.ts.snap')
  })
})
