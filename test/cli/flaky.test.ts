import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FlakyReport } from '../../src/flaky/types.ts'
import { makeShop } from '../flaky/make-shop.ts'
import { expectGolden } from '../support/golden.ts'
import { type CliEnd, runCli } from '../support/run-cli.ts'

const LIMIT_MS = 180_000

const APP = `
import express from 'express'
const cart = []
export const app = express()
app.use(express.json())
app.get('/cart', (req, res) => { res.json(cart) })
app.post('/cart', (req, res) => {
  cart.push(req.body.item)
  res.status(201).json({ items: cart.length })
})
`

const TESTS = `
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { app } from '../src/app.js'

describe('the cart', () => {
  it('begins empty', async () => {
    const res = await request(app).get('/cart')
    expect(res.body).toEqual([])
  })

  it('takes an item', async () => {
    const res = await request(app).post('/cart').send({ item: 'tea' })
    expect(res.status).toBe(201)
  })

  it('answers in JSON', async () => {
    const res = await request(app).get('/cart')
    expect(res.type).toBe('application/json')
  })
})
`.trimStart()

const STABLE = TESTS.replaceAll(/ {2}it\('(?:begins|takes)[\s\S]*?\n {2}\}\)\n\n/g, '')

let root: string

beforeAll(() => {
  root = makeShop({ 'src/app.js': APP, 'tests/cart.test.js': TESTS, 'tests/stable.test.js': STABLE })
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

const flaky = (...more: readonly string[]): Promise<CliEnd> => runCli(['flaky', ...more], { cwd: root })

it('names the test that another one breaks, and what to try first', { timeout: LIMIT_MS }, async () => {
  const { exitCode, stdout } = await flaky('tests/cart.test.js', '--runs', '6', '--seed', '1')
  // What else this machine does is not of this project.
  const shown = stdout
    .replace(/Vitest \d[\d.]+/, 'Vitest <version>')
    .replace(/Note: others kept[\s\S]*?look random\n/, '')
  expectGolden('cli/flaky.txt', `$ itest flaky tests/cart.test.js --runs 6 --seed 1\n${shown}[exit code ${exitCode}]\n`)
})

it('says so when nothing is flaky', { timeout: LIMIT_MS }, async () => {
  const { exitCode, stdout } = await flaky('tests/stable.test.js', '--runs', '2', '--json')
  const report: FlakyReport = JSON.parse(stdout)
  expect(report).toMatchObject({ schema: 'itest.flaky/1', flaky: [], red: [], experiments: 0, tests: 1, exitCode: 0 })
  expect(exitCode).toBe(0)
})

it.each([
  { name: 'no runs', words: ['--runs', '0'], says: '--runs: expected a whole number from 2 to 9999, found 0' },
  {
    name: 'no such file',
    words: ['tests/none.test.js'],
    says: 'tests/none.test.js: expected a test file, found nothing',
  },
  { name: 'no seed', words: ['--seed', 'x'], says: '--seed: expected a whole number' },
  { name: 'no test files', words: ['--root', 'src'], says: 'expected test files in' },
])('tells a mistake: $name', async ({ words, says }) => {
  const { exitCode, stdout, stderr } = await flaky(...words)
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain(says)
})
