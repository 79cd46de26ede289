import { expect, it } from 'vitest'
import { bodyFor, outline, readHandler } from '../../support/scan-source.ts'

const IMPORTS = `import chalk from 'chalk'\nimport dayjs from 'dayjs'`

it.each([
  'new Date().getMonth()',
  "new Date(req.body.at).toLocaleTimeString('en')",
  'new Date().setUTCHours(0, 0, 0, 0)',
  'Date.parse(req.body.at)',
  'Date.UTC(2020, 1)',
  'req.body.total.toLocaleString()',
  "(12).toLocaleString('de')",
  "req.body.name.normalize('NFC')",
  'req.body.name.substr(1)',
  'Math.random().toString(36).substr(2)',
  'Math.log10(req.body.total)',
  'process.hrtime.bigint()',
  "process.stdout.write('')",
  'process.memoryUsage().heapUsed',
  'Object.getPrototypeOf(req.body)',
  "Object.prototype.hasOwnProperty.call(req.body, 'seat')",
  "req.body.hasOwnProperty('seat')",
  "Object.hasOwn(req.body, 'seat')",
  '/seat-(.)/.exec(req.body.seat)',
  "new Intl.NumberFormat('de').format(req.body.total)",
  'new TextEncoder().encode(req.body.name)',
  "Buffer.from(req.body.name).toString('base64')",
  "new URLSearchParams(req.body).get('seat')",
  "chalk.hex('#fff')('seat')",
  "chalk.bold.red('seat').padEnd(3)",
  "dayjs(req.body.at).add(1, 'day').startOf('week').format()",
  'req.body.list.shift()',
])('%s is no riddle', (code) => {
  const dossier = readHandler(`res.json({ value: ${code} })`, { imports: IMPORTS })
  expect(dossier.unresolved).toEqual([])
  expect(outline(dossier)).toEqual(['200'])
})

it.each([
  ["'seat_row_no'.replace(/_(\\w)/g, (_all, letter) => letter.toUpperCase())", '"seatRowNo"'],
  ["'a.b.a'.replace('.', (dot, at, all) => dot + at + all)", '"a.1a.b.ab.a"'],
  ["'token'.replace(/(_\\w)/g, (m) => m[1])", '"token"'],
  ["'hi $name'.replaceAll('$name', () => req.body.name)", 'concat("hi ", body.name, "")'],
  ["/seat-(.)/.exec('seat-7')[1]", '"7"'],
  ["/seat/.exec('row')", 'null'],
  ["Object.hasOwn({ seat: 1 }, 'seat')", 'true'],
  ["({ seat: 1 }).hasOwnProperty('row')", 'false'],
  ["'row' in { ...req.body }", 'in("row", {...0: body})'],
  ['Object.getPrototypeOf({}) === Object.prototype', 'true'],
  ["Date.parse('2030-01-01T00:00:00Z')", '1893456000000'],
  ['Math.PI > 3', 'true'],
])('%s is known', (code, value) => {
  expect(bodyFor(readHandler(`res.json({ value: ${code} })`), 200)).toBe(`{value: ${value}}`)
})

it('takes a call of the parser for the parser', () => {
  const before =
    "app.use((req, res, next) => req.path === '/raw' ? next() : express.json({ limit: '1mb' })(req, res, next))"
  expect(readHandler('res.json({})', { before }).unresolved).toEqual([])
})

it.each(['req.user.link(1)', "req.user.search('a')"])('%s is not known to do nothing', (code) => {
  expect(readHandler(`res.json({ value: ${code} })`).unresolved).toHaveLength(1)
})
