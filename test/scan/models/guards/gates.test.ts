import { describe, expect, it } from 'vitest'
import type { Dossier } from '../../../../src/scan/types.ts'
import { appWith, outline, readHandler, readRoute, show } from '../../../support/scan-source.ts'

function refusals({ gates }: Dossier): string[] {
  return gates.flatMap(({ what, how, outcomes }) =>
    outcomes.map(({ end, status, body }) => `${what} ${how}: ${end} ${show(status)} ${show(body)}`),
  )
}

const ANSWERING = `app.use((error, req, res, next) => {
  if (error.type === 'entity.parse.failed') return res.status(400).json({ error: 'bad JSON' })
  if (error instanceof SyntaxError) return res.status(418).end()
  res.status(error.status ?? 500).json({ error: error.message })
})`

describe('body parsers', () => {
  it('refuse what is no JSON and what is too large, as the app answers errors', () => {
    const dossier = readHandler('res.sendStatus(201)', { after: ANSWERING })
    expect(refusals(dossier)).toEqual([
      'express.json malformed body: responded 400 {error: "bad JSON"}',
      'express.json body too large: responded 413 {error: "request entity too large"}',
    ])
    expect(outline(dossier)).toEqual(['201'])
  })

  it('leave what an earlier one has read', () => {
    const { gates } = readHandler('res.sendStatus(201)', { before: "app.use(express.json({ limit: '9mb' }))" })
    expect(gates.map(({ how, limit }) => [how, limit])).toEqual([
      ['malformed body', null],
      ['body too large', '100kb'],
    ])
  })

  it('are answered by Express where the app does not', () => {
    const { gates, failures } = readHandler('res.sendStatus(201)')
    expect(gates[0]).toMatchObject({ limit: null, types: ['application/json'], at: { file: 'src/app.ts' } })
    expect(gates[0]?.outcomes).toMatchObject([
      { via: [{ by: 'next' }, { by: 'default-handler' }], status: { value: 400 } },
    ])
    expect(failures).toEqual([])
  })

  it('say their limit', () => {
    const { gates } = readHandler('res.sendStatus(201)', {
      before: "app.use(express.urlencoded({ extended: true, limit: '2mb' }))",
    })
    expect(gates).toMatchObject([
      { what: 'express.json', how: 'malformed body' },
      { what: 'express.json', how: 'body too large', limit: '100kb' },
      { what: 'express.urlencoded', how: 'body too large', limit: '2mb' },
    ])
  })

  it('have nothing to refuse of a request without a body, or before it reaches them', () => {
    expect(readHandler('res.sendStatus(200)', { route: 'get /orders' }).gates).toEqual([])
    const files = appWith("app.post('/late', (req, res) => res.end())\napp.use(express.text())")
    expect(refusals(readRoute(files, 'POST /late')).some((one) => one.startsWith('express.text'))).toBe(false)
  })

  it('are seen where middleware calls them, and where `verify` throws', () => {
    const dossier = readHandler('res.sendStatus(201)', {
      before: `app.use((req, res, next) => express.raw({ type: 'x/y', verify: (req, res, raw) => {
        if (!req.headers['x-signature']) throw new Error('unsigned')
      } })(req, res, next))`,
      after: ANSWERING,
    })
    expect(refusals(dossier)).toContain('express.raw body refused by verify: responded 403 {error: "unsigned"}')
    expect(refusals(dossier)).toContain('express.raw body too large: responded 413 {error: "request entity too large"}')
  })
})

describe('cors', () => {
  const cors = (options: string): Dossier =>
    readHandler('res.sendStatus(200)', {
      route: 'get /orders',
      imports: "import cors from 'cors'",
      before: `app.use(cors(${options}))`,
      after: ANSWERING,
    })

  it('passes the error of an origin function on', () => {
    const dossier = cors(`{ origin: (origin, callback) => {
      if (!origin || ['https://a.example'].includes(origin)) return callback(null, true)
      callback(new Error('not allowed'))
    } }`)
    expect(refusals(dossier)).toEqual(['cors origin refused: responded 500 {error: "not allowed"}'])
    expect(outline(dossier)).toEqual(['200'])
    expect(dossier.unresolved).toEqual([])
  })

  it.each(["{ origin: ['https://a.example'] }", '', '{ origin: (origin, callback) => callback(null, false) }'])(
    'refuses nothing with %s',
    (options) => {
      expect(cors(options).gates).toEqual([])
    },
  )
})
