import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { typeCheck } from '../../src/check/type-check.ts'
import { typeFallbacks } from '../../src/check/type-fallbacks.ts'

const TEXT = `import { db } from 'itest-gen'
import request from 'supertest'
import { expect } from 'vitest'

export const answer = await request('').get('/')
expect(answer.status).toBe(200)
export const rows = await db.select().from({})
`

it.each([
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
])('knows the types of what a test imports in a project without any package, $moduleResolution', (options) => {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-types-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(path.join(root, 'src'))
  const tsconfig = path.join(root, 'tsconfig.json')
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions: { strict: true, target: 'es2022', ...options } }))
  writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }')

  const findings = typeCheck({ root, tsconfig, file: 'tests/a.test.ts', text: TEXT, fallbackPaths: typeFallbacks() })

  expect(findings).toEqual([])
})
