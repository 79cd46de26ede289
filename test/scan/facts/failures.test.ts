import { describe, expect, it } from 'vitest'
import type { FailureFact } from '../../../src/scan/facts/types.ts'
import type { Dossier } from '../../../src/scan/types.ts'
import { appWith, readHandler, readRoute, show } from '../../support/scan-source.ts'

const INSERT = 'await db.insert(orders).values({ userId: 1, total: 1 })'

/** `throw NotFound: 404 by next, error-middleware mapErrors` for each failure. */
function list({ failures }: Dossier): string[] {
  return failures.map((fact) => {
    const via = fact.via.map(({ by, name }) => [by, name].filter(Boolean).join(' ')).join(', ')
    const end = fact.status ? show(fact.status) : fact.end
    return `${nameOf(fact)}: ${fact.end === 'unhandled' ? 'unhandled ' : ''}${end}${via ? ` by ${via}` : ''}`
  })
}

function nameOf({ problem }: FailureFact): string {
  if (problem.kind === 'throw') return `throw ${problem.error}`
  if (problem.kind === 'external') return `${problem.what} ${problem.how}`
  return problem.kind === 'database' ? `${problem.what} fails` : problem.kind
}

describe('failures', () => {
  it('go from an error class through a switch to a status', () => {
    const files = appWith(
      `app.get('/a', (req, res) => {
        if (req.query.a) throw new NotFound('a')
        if (req.query.b) throw new Conflict('b')
        res.sendStatus(200)
      })
      app.use(function mapErrors(error, req, res, next) {
        switch (error.code) {
          case 'NOT_FOUND': return res.status(404).json({ error: error.message })
          case 'CONFLICT': return res.status(409).json({ error: error.message })
          default: return res.sendStatus(500)
        }
      })`,
      {
        imports: `class AppError extends Error { constructor(message, code) { super(message); this.code = code } }
          class NotFound extends AppError { constructor(message) { super(message, 'NOT_FOUND') } }
          class Conflict extends AppError { constructor(message) { super(message, 'CONFLICT') } }`,
      },
    )
    expect(list(readRoute(files, 'GET /a')).toSorted()).toEqual([
      'throw Conflict: 409 by error-middleware mapErrors',
      'throw NotFound: 404 by error-middleware mapErrors',
    ])
  })

  it('tell a duplicate by the code of Postgres', () => {
    const dossier = readHandler(
      `try { ${INSERT} } catch (error) {
        if (error.cause?.code === '23505') return res.sendStatus(409)
        throw error
      }
      res.sendStatus(201)`,
    )
    expect(list(dossier).toSorted()).toEqual([
      'insert orders fails: 409 by catch',
      'insert orders fails: 500 by catch, default-handler Express',
    ])
    const duplicate = dossier.failures.find(({ status }) => show(status) === '409')
    expect(duplicate?.when.map(({ condition, taken }) => [show(condition), taken])).toEqual([
      ['===($1.sqlstate, "23505")', true],
    ])
  })

  it('follow next(error) out of a .catch', () => {
    const dossier = readHandler('db.insert(orders).values({ userId: 1, total: 1 }).then(() => res.end()).catch(next)', {
      async: false,
      after: 'app.use((error, req, res, next) => res.sendStatus(503))',
    })
    expect(list(dossier)).toEqual(['insert orders fails: 503 by .catch next, next next, error-middleware (anonymous)'])
  })

  it('hang in Express 4 and answer 500 in Express 5', () => {
    const handler = `${INSERT}\nres.sendStatus(201)`
    expect(list(readHandler(handler, {}, { express: 4 }))).toEqual(['insert orders fails: hangs'])
    expect(list(readHandler(handler))).toEqual(['insert orders fails: 500 by default-handler Express'])
  })

  it('are unhandled where nobody waits', () => {
    expect(list(readHandler("void fetch('http://a/')\nres.sendStatus(201)"))).toEqual([
      'GET http://a/ connection reset: unhandled 201',
    ])
  })

  it('say when a body does not fit', () => {
    const dossier = readHandler(
      'const parsed = schema.safeParse(req.body)\nif (!parsed.success) return res.sendStatus(422)\nres.sendStatus(201)',
      { imports: "import { z } from 'zod'\nconst schema = z.object({ a: z.string() })" },
    )
    expect(list(dossier)).toEqual(['validation: 422'])
  })

  it('say how a token that does not verify is answered', () => {
    const dossier = readHandler(
      "try { jwt.verify(req.headers.authorization, 'k') } catch { return res.sendStatus(401) }\nres.sendStatus(201)",
      { imports: "import jwt from 'jsonwebtoken'" },
    )
    expect(list(dossier)).toEqual(['credential: 401 by catch'])
  })

  it('leave out an error that is only passed on', () => {
    const dossier = readHandler('try { throw new RangeError("x") } catch (error) { throw error }')
    expect(list(dossier)).toEqual(['throw RangeError: 500 by catch, default-handler Express'])
  })

  it('tell an answer that does not work from one that does not come', () => {
    const dossier = readHandler("await axios.get('http://a/')\nres.sendStatus(200)", {
      imports: "import axios from 'axios'",
    })
    expect(list(dossier)).toEqual([
      'GET http://a/ connection reset: 500 by default-handler Express',
      'GET http://a/ answers an error status: 500 by default-handler Express',
    ])
  })

  it('are no constraints that the statement can not break', () => {
    const dossier = readHandler(
      `try {
        await db.select().from(orders)
        await db.delete(orders)
        ${INSERT}
      } catch (error) {
        const { code, message } = error.cause
        if (code === 'SQLITE_CONSTRAINT' && message.includes('UNIQUE')) return res.sendStatus(409)
        if (['23505', '23502'].includes(code)) return res.sendStatus(410)
        if (code === '23503') return res.sendStatus(424)
        return res.sendStatus(500)
      }
      res.sendStatus(201)`,
    )
    expect(list(dossier).toSorted()).toEqual([
      'delete orders fails: 424 by catch',
      'delete orders fails: 500 by catch',
      'insert orders fails: 409 by catch',
      'insert orders fails: 410 by catch',
      'insert orders fails: 424 by catch',
      'insert orders fails: 500 by catch',
      'select orders fails: 500 by catch',
    ])
  })

  it('are not blamed for what is decided later, and ends the same without them', () => {
    const dossier = readHandler(
      `try { await resend.emails.send({ to: 'a' }) } catch { console.log('no mail') }
      const rows = await db.select().from(orders)
      if (rows.length === 0) return res.sendStatus(404)
      res.sendStatus(200)`,
      { imports: "import { Resend } from 'resend'\nconst resend = new Resend('k')" },
    )
    expect(list(dossier)).toEqual([
      'resend.Resend.emails.send rejects: 200 by catch',
      'select orders fails: 500 by default-handler Express',
    ])
    expect(dossier.effects[0]?.whenItFails.map(({ status }) => show(status))).toEqual(['200'])
  })

  it('are not blamed for a later failure, which ends the same without them', () => {
    const dossier = readHandler(
      `const first = current.safeParse(req.body)
      const second = first.success ? first : old.safeParse(req.body)
      if (!second.success) return res.sendStatus(422)
      await db.insert(orders).values({ userId: 1, note: first.success ? first.data.note : second.data.text })
      res.sendStatus(201)`,
      {
        imports: `import { z } from 'zod'
          const current = z.object({ note: z.string() })
          const old = z.object({ text: z.string() })`,
      },
    )
    expect(list(dossier).toSorted()).toEqual([
      'insert orders fails: 500 by default-handler Express',
      'validation: 201',
      'validation: 422',
      'validation: 422',
    ])
  })

  it('are blamed for what another failure leads to as well', () => {
    const dossier = readHandler(
      `let isKnown = true
      try {
        await db.select().from(orders)
        await db.select().from(users)
      } catch {
        isKnown = false
      }
      if (!isKnown && req.query.strict) return res.sendStatus(401)
      if (typeof req.query.name !== 'string') return res.sendStatus(400)
      res.sendStatus(200)`,
    )
    expect(list(dossier).toSorted()).toEqual([
      'select orders fails: 200 by catch',
      'select orders fails: 401 by catch',
      'select users fails: 200 by catch',
      'select users fails: 401 by catch',
    ])
    const good = dossier.failures.filter(({ status }) => show(status) === '200')
    expect(good.map(({ when }) => when.map(({ condition, taken }) => [show(condition), taken]))).toEqual([
      [['query.strict', false]],
      [['query.strict', false]],
    ])
  })

  it('do not have the handlers of what failed before', () => {
    const dossier = readHandler(
      `try { await db.select().from(orders) } catch { console.log('no orders') }
      const parsed = schema.safeParse(req.body)
      if (!parsed.success) return res.sendStatus(422)
      res.sendStatus(200)`,
      { imports: "import { z } from 'zod'\nconst schema = z.object({ a: z.string() })" },
    )
    expect(list(dossier).toSorted()).toEqual(['select orders fails: 200 by catch', 'validation: 422'])
  })

  it('are blamed for what is decided because of them', () => {
    const dossier = readHandler(
      `let isSent = true
      try { await resend.emails.send({ to: 'a' }) } catch { isSent = false }
      if (!isSent && req.query.strict) return res.sendStatus(502)
      res.sendStatus(200)`,
      { imports: "import { Resend } from 'resend'\nconst resend = new Resend('k')" },
    )
    expect(list(dossier).toSorted()).toEqual([
      'resend.Resend.emails.send rejects: 200 by catch',
      'resend.Resend.emails.send rejects: 502 by catch',
    ])
  })

  it('are told once, whatever else was decided before', () => {
    const dossier = readHandler(
      `const id = req.get('x-request-id') ? String(req.get('x-request-id')) : crypto.randomUUID()
      try { await db.select().from(orders) } catch { return res.status(500).json({ error: 'no', id: req.query.a ? id : null }) }
      res.sendStatus(200)`,
    )
    expect(list(dossier)).toEqual(['select orders fails: 500 by catch'])
    expect(dossier.failures[0]?.when).toEqual([])
  })
})
