import { describe, expect, it } from 'vitest'
import { scanFiles } from '../support/scan-source.ts'

const ROUTER =
  "import { Router } from 'express'\nexport const router = Router()\nrouter.get('/x', (req, res) => res.json({}))"
const sweep = (body: string, files: Record<string, string> = {}): { dead: string[]; unresolved: string[] } => {
  const { dead, unresolved } = scanFiles({
    'src/app.ts': `import express, { Router } from 'express'\nexport const app = express()\napp.get('/a', (req, res) => res.json({}))\n${body}`,
    ...files,
  })
  return {
    dead: dead.map(({ at, why }) => `${at.file}:${at.line} ${why}`),
    unresolved: unresolved.map(({ at, what }) => `${at.file}:${at.line} ${what}`),
  }
}

describe('calls that look like registrations', () => {
  it('are dead in a file that no app needs', () => {
    expect(sweep('', { 'src/old.ts': ROUTER })).toEqual({
      dead: ['src/old.ts:3 no app needs this file'],
      unresolved: [],
    })
  })

  it('are dead on a router that is not mounted', () => {
    expect(sweep("import { router } from './old.js'\nconsole.log(router)", { 'src/old.ts': ROUTER }).dead).toEqual([
      'src/old.ts:3 its router is mounted in no app',
    ])
  })

  it('are dead in a function, method or constructor that nothing calls', () => {
    expect(
      sweep(`
      export function debugRoutes(target) { app.get('/debug', (req, res) => res.json({})) }
      export class Api { constructor() { app.get('/api', (req, res) => res.json({})) } more() { app.get('/more', (req, res) => res.json({})) } }`)
        .dead,
    ).toEqual([
      'src/app.ts:5 the function debugRoutes is not called while an app is made',
      'src/app.ts:6 the constructor of Api is not called while an app is made',
      'src/app.ts:6 the function more is not called while an app is made',
    ])
  })

  it('are unresolved where a condition decides', () => {
    expect(
      sweep(
        "process.env.MODE === 'a' ? app.get('/b', (req, res) => res.json({})) :\n app.post('/c', (req, res) => res.json({}))",
      ).unresolved,
    ).toEqual(['src/app.ts:4 looks like a registration and was not followed; the condition around it may decide'])
  })

  it.each([
    [
      'what was followed',
      "app.route('/r').get((req, res) => res.json({})).post((req, res) => res.json({})); const r = Router(); r.use((req, res, next) => next()); app.use('/r', r)",
    ],
    [
      'clients, maps and settings',
      "import axios from 'axios'\nconst api = axios.create(); api.get('/x', {}); new Map().get('a'); app.get('port'); const cache = new Map(); cache.delete('/k', 1)",
    ],
    ['strings and comments', "const text = \"app.get('/x', handler)\" // app.get('/y', handler)"],
  ])('are not %s', (_, body) => {
    expect(sweep(body)).toEqual({ dead: [], unresolved: [] })
  })

  it('are not looked for in tests', () => {
    expect(sweep('', { 'tests/helper.ts': ROUTER, 'src/a.test.ts': ROUTER })).toEqual({ dead: [], unresolved: [] })
  })
})
