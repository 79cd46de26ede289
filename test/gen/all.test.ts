import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AllReport, generateAll } from '../../src/gen/all.ts'
import { parseMany } from '../../src/many-options.ts'
import { readGenOptions } from '../../src/options.ts'
import { renderAll } from '../../src/report/all-text.ts'
import { copyFixture, type FixtureCopy } from '../support/copy-fixture.ts'

const LIMIT_MS = 120_000
const PLACE = 'tests/integration'
const CREATE = 'POST /api/v1/rooms/:roomId/bookings'
const LIST = 'GET /api/v1/rooms/:roomId/bookings'
const CANCEL = 'DELETE /api/v1/rooms/:roomId/bookings/:bookingId'
const BY_HAND = '// by hand\n'

async function generate(copy: FixtureCopy, raw: Record<string, unknown>, until: RegExp | null = null) {
  const words = raw.all === true ? [] : ['src/api/**']
  const options = await readGenOptions({ root: copy.root, runs: '1', model: 'none', ...raw }, copy.root)
  const many = parseMany(words, raw)
  if (!many) throw new Error('expected several routes')
  const stop = new AbortController()
  const told: string[] = []
  const progress = (text: string): void => {
    told.push(text)
    if (until?.test(text)) stop.abort()
  }
  const environment = { XDG_CACHE_HOME: path.join(copy.root, 'node_modules/.cache') }
  const world = { environment, signal: stop.signal, progress, now: Date.now }
  return { report: await generateAll({ ...options, ...many }, world), told }
}

describe('itest gen for several routes', () => {
  let copy: FixtureCopy
  let interrupted: unknown
  let report: AllReport
  let told: string[]

  beforeAll(async () => {
    copy = copyFixture('bookings')
    copy.write(`${PLACE}/get-api-v1-rooms-by-room-id-bookings.test.ts`, BY_HAND)
    interrupted = await generate(copy, { all: true, concurrency: '1' }, /^2 of 3 .*starting/).catch((error) => error)
    const again = await generate(copy, { resume: true })
    report = again.report
    told = again.told
  }, LIMIT_MS)

  afterAll(() => copy.remove())

  it('ends at once when it is interrupted', () => {
    expect(interrupted).toBeInstanceOf(Error)
  })

  it('goes on behind the routes that were done', () => {
    expect(report.routes.map(({ route, isEarlier, exitCode }) => [route, isEarlier, exitCode])).toEqual([
      [CREATE, true, 0],
      [LIST, true, 2],
      [CANCEL, false, 0],
    ])
  })

  it('does the others when one can not be done, and says why', () => {
    const failed = report.routes.find(({ route }) => route === LIST)
    expect(failed?.error?.message).toContain('exists, and itest has no record of having written it')
    expect(copy.read(`${PLACE}/get-api-v1-rooms-by-room-id-bookings.test.ts`)).toBe(BY_HAND)
    expect(report.exitCode).toBe(2)
    for (const name of [
      'post-api-v1-rooms-by-room-id-bookings',
      'delete-api-v1-rooms-by-room-id-bookings-by-booking-id',
    ])
      expect(existsSync(path.join(copy.root, PLACE, `${name}.test.ts`))).toBe(true)
  })

  it('tells how far it is', () => {
    expect(told.filter((text) => /^2 of 3 routes done, about \d+ s left; DELETE .*: /.test(text))).not.toEqual([])
  })

  it('begins anew when everything was done', async () => {
    const next = await generate(copy, { resume: true }, /POST .*reading the code/).catch((error) => error)
    expect(next).toBeInstanceOf(Error)
  })

  it('prints a line for each, and what a person has to look at', () => {
    const lines = renderAll(report, { color: false, width: 80 }).split('\n')
    expect(lines.slice(0, 3)).toEqual([
      `  ${CREATE}               15 green (earlier)`,
      `  ${LIST}                no tests (earlier)`,
      `  ${CANCEL}  11 green`,
    ])
    expect(lines.slice(3).join(' ').replaceAll(/\s+/g, ' ').trim()).toBe(
      `Could not be done, or not as wanted: ${LIST}: ${PLACE}/get-api-v1-rooms-by-room-id-bookings.test.ts exists, and itest has no record of having written it; it was left as it is. Rename or delete it, or overwrite it with --force. 26 tests for 2 of 3 routes; 26 of them were seen red with the route answering 501, and are red or green with it. \`itest gen METHOD /path\` shows a route in full.`,
    )
  })
})

it('says once what several routes lack', () => {
  const error = { message: 'There are no migrations', hint: 'Make some.' }
  const routes = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    route: `GET /${name}`,
    exitCode: 2,
    report: null,
    error,
    isEarlier: false,
  }))
  const report: AllReport = {
    schema: 'itest.gen-all/1',
    routes,
    leftOut: [{ route: 'ALL /x', reason: 'it answers every method' }],
    batch: null,
    costUsd: null,
    exitCode: 2,
  }
  expect(renderAll(report, { color: false, width: 80 }).split('\n').slice(6)).toEqual([
    'Could not be done, or not as wanted:',
    '  GET /a, GET /b, GET /c and 2 more: There are no migrations. Make some.',
    '',
    'Left out:',
    '  ALL /x: it answers every method',
    '',
    '0 tests for 0 of 5 routes. `itest gen METHOD /path` shows a route in full.',
    '',
  ])
})

describe('the words of itest gen', () => {
  it.each([
    [['POST', '/orders'], {}, null],
    [['/orders/:id'], {}, null],
    [['GET /orders/:id'], {}, null],
    [['src/routes/**'], {}, 'src/routes/**'],
    [['src/routes/orders.ts'], {}, 'src/routes/orders.ts'],
    [[], { all: true }, 'all'],
  ])('%j %j', (words, raw, files) => {
    const many = parseMany(words, raw)
    expect(many && (many.files ?? 'all')).toBe(files)
  })

  it.each([
    [['POST', '/orders'], { all: true }, 'expected --all or a route, found both: --all and "POST /orders"'],
    [['POST', '/orders'], { resume: true }, '--resume is for several routes'],
    [[], { all: true, printPrompt: true }, '--print-prompt is for one route'],
    [['src/**'], { draft: '-' }, '--draft is for one route'],
    [[], { all: true, concurrency: '0' }, '--concurrency: expected a whole number from 1 to 64, found "0"'],
  ])('%j %j is refused', (words, raw, message) => {
    expect(() => parseMany(words, raw)).toThrow(message)
  })
})
