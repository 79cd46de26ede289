import { describe, expect, it } from 'vitest'
import type { EffectFact } from '../../../src/scan/facts/types.ts'
import { readHandler, show } from '../../support/scan-source.ts'

const STRIPE = "import Stripe from 'stripe'\nconst stripe = new Stripe('k')"
const CHARGE = 'await stripe.charges.create({ amount: 1 })'
const INSERT = 'await db.insert(orders).values({ userId: 1, total: 1 })'

function effects(handler: string, imports = STRIPE): readonly EffectFact[] {
  return readHandler(handler, { imports }).effects
}

/** `insert orders ordered: 500 stripe.refunds.create` for each write after the first effect. */
function after(handler: string): string[] {
  const [first] = effects(handler)
  return (first?.writesAfter ?? []).map((write) => {
    const ends = write.whenItFails.map(
      ({ status, compensation, rolledBack }) =>
        `${show(status)}${compensation.map(({ what }) => ` ${what}`).join('')}${rolledBack ? ' rolled back' : ''}`,
    )
    const inside = write.sameTransaction ? ' same transaction' : ''
    return `${write.operation} ${write.table} ${write.order}${inside}: ${ends.join(' or ')}`
  })
}

describe('writes around an effect', () => {
  it('charge, then insert', () => {
    expect(after(`${CHARGE}\n${INSERT}\nres.sendStatus(201)`)).toEqual(['insert orders ordered: 500'])
  })

  it('charge, then insert in a transaction, and a refund when that fails', () => {
    const handler = `${CHARGE}
      try { await db.transaction(async (tx) => { await tx.insert(orders).values({ userId: 1, total: 1 }) }) }
      catch { await stripe.refunds.create({}); return res.sendStatus(503) }
      res.sendStatus(201)`
    expect(after(handler)).toEqual(['insert orders ordered: 503 stripe.refunds.create rolled back'])
  })

  it('a pending row, charge, update', () => {
    const handler = `const [order] = await db.insert(orders).values({ userId: 1, total: 1 }).returning()
      try {
        ${CHARGE}
        await db.update(orders).set({ status: 'paid' }).where(eq(orders.id, order.id))
      } catch {
        await db.update(orders).set({ status: 'failed' }).where(eq(orders.id, order.id))
        return res.sendStatus(402)
      }
      res.sendStatus(201)`
    expect(after(handler)).toEqual(['update orders ordered: 402 update orders'])
    const [charge] = effects(handler)
    expect(charge?.writesBefore).toMatchObject([{ operation: 'insert', table: 'orders', order: 'ordered' }])
    expect(charge?.whenItFails.map(({ status }) => show(status))).toEqual(['402'])
  })

  it('charge inside a transaction', () => {
    const handler = `await db.transaction(async (tx) => {
        ${CHARGE}
        await tx.insert(orders).values({ userId: 1, total: 1 })
      })
      res.sendStatus(201)`
    expect(after(handler)).toEqual(['insert orders ordered same transaction: 500 rolled back'])
    expect(effects(handler)).toMatchObject([{ inTransaction: 1 }])
  })

  it('charge and insert at once', () => {
    const handler = `await Promise.all([stripe.charges.create({}), db.insert(orders).values({ userId: 1, total: 1 })])
      res.sendStatus(201)`
    expect(after(handler)).toEqual(['insert orders unordered: 500'])
  })

  it('a row that is taken back when the mail does not go out', () => {
    const imports = "import { Resend } from 'resend'\nconst mail = new Resend('k')"
    const [first] = effects(
      `${INSERT}
      try { await mail.emails.send({}) } catch { await db.delete(orders).where(eq(orders.id, 1)); return res.sendStatus(502) }
      res.sendStatus(201)`,
      imports,
    )
    expect(first?.whenItFails).toMatchObject([{ compensation: [{ what: 'delete orders' }] }])
  })

  it('tells the writes of one helper apart by who calls it', () => {
    const before = "export const call = (name) => fetch('http://pay/' + name, { method: 'POST' })"
    const dossier = readHandler(
      `await call('charges')\ntry { ${INSERT} } catch { await call('refunds'); return res.sendStatus(503) }\nres.sendStatus(201)`,
      { before },
    )
    expect(dossier.effects.map(({ target }) => target)).toEqual(['POST http://pay/charges', 'POST http://pay/refunds'])
    expect(dossier.effects[0]?.writesAfter[0]?.whenItFails[0]?.compensation).toMatchObject([
      { what: 'POST http://pay/refunds' },
    ])
  })
})

describe('an effect', () => {
  it('mail after the answer changes nothing about it', () => {
    const imports = "import nodemailer from 'nodemailer'\nconst mailer = nodemailer.createTransport({})"
    const [mail] = effects(`${INSERT}\nres.sendStatus(201)\nawait mailer.sendMail({ to: 'a' })`, imports)
    expect(mail?.whenItFails.map(({ status }) => show(status))).toEqual(['201'])
    expect(mail).toMatchObject({ timing: 'deferred', writesBefore: [{ table: 'orders' }] })
  })

  it('that is tried again ends well or in the end does not', () => {
    const [call] = effects(`const ask = async () => {
        let last = null
        for (let turn = 0; turn < 2; turn += 1) {
          try {
            const answer = await fetch('http://pay/', { method: 'POST' })
            if (!answer.ok) throw new Error('refused')
            return answer
          } catch (error) { last = error }
        }
        throw last
      }
      try { await ask() } catch {
        await db.update(orders).set({ status: 'failed' }).where(eq(orders.id, 1))
        return res.sendStatus(502)
      }
      res.sendStatus(201)`)
    expect(call?.whenItFails.map(({ status }) => show(status)).toSorted()).toEqual(['201', '502'])
  })

  it('that tells a callback fails there', () => {
    const imports = "import nodemailer from 'nodemailer'\nconst mailer = nodemailer.createTransport({})"
    const [mail] = effects(
      "mailer.sendMail({}, (error, info) => { if (error) console.log('lost') })\nres.sendStatus(201)",
      imports,
    )
    expect(mail?.whenItFails).toMatchObject([{ end: 'responded', status: { value: 201 } }])
    const [upload] = effects(
      `const url = await new Promise((resolve, reject) => {
        cloudinary.uploader.upload('a.png', (error, result) => error ? reject(new Error('lost')) : resolve(result.secure_url))
      })
      res.json({ url })`,
      "import { v2 as cloudinary } from 'cloudinary'",
    )
    expect(upload?.whenItFails.map(({ status }) => show(status))).toEqual(['500'])
  })

  it('that nobody awaits fails unhandled', () => {
    const [call] = effects(`void fetch('http://hooks/x', { method: 'POST' })\nres.sendStatus(201)`)
    expect(call).toMatchObject({ timing: 'detached', whenItFails: [{ end: 'unhandled' }] })
  })

  it.each([
    ['an option', 'await stripe.charges.create({}, { idempotencyKey: req.body.key })', 'body.key'],
    ['a header', "await fetch('http://a/', { headers: { 'Idempotency-Key': req.body.key } })", 'body.key'],
    ['a field', "await fetch('http://a/', { method: 'POST', body: JSON.stringify({ idempotency_key: 'k' }) })", '"k"'],
  ])('carries an idempotency key as %s', (_, call, value) => {
    const [first] = effects(`${call}\nres.sendStatus(201)`)
    expect(first?.idempotencyKey.status === 'sent' && show(first.idempotencyKey.value)).toBe(value)
  })

  it('carries none', () => {
    expect(effects(`${CHARGE}\nres.sendStatus(201)`)).toMatchObject([{ idempotencyKey: { status: 'none' } }])
  })

  it.each([
    ["await fetch('http://a/')", 'read'],
    ["await fetch('http://a/', { method: 'DELETE' })", 'write'],
    ['await stripe.customers.retrieve(1)', 'read'],
    ['await stripe.charges.create({})', 'write'],
    ['await stripe.charges.frobnicate({})', 'unknown'],
  ])('%s is a %s', (call, access) => {
    expect(effects(`${call}\nres.sendStatus(201)`)).toMatchObject([{ access }])
  })

  it('says how the request ends when the service refuses', () => {
    const [call] = effects(
      "const answer = await fetch('http://a/')\nif (!answer.ok) return res.sendStatus(402)\nres.end()",
    )
    expect(call?.whenRefused.map(({ status }) => show(status))).toEqual(['402'])
  })
})

describe('classes of calls', () => {
  it.each([
    ['stripe', 'default', 'known', 'new thing().charges.create({})'],
    ['node:fs/promises', '* as', 'known', "thing.writeFile('a', 'b')"],
    ['some-package', 'default', 'unclassified', 'thing(1)'],
  ])('%s', (module, form, effect, call) => {
    const imports = form === 'default' ? `import thing from '${module}'` : `import * as thing from '${module}'`
    expect(effects(`await ${call}\nres.sendStatus(201)`, imports)).toMatchObject([{ class: effect }])
  })

  it('lists harmless calls beside the events', () => {
    const dossier = readHandler(
      "logger.info('a')\nawait bcrypt.hash(req.body.password, 10)\nlogger.info('b')\nawait fs.readFile('a')\nres.sendStatus(201)",
      {
        imports:
          "import pino from 'pino'\nimport bcrypt from 'bcrypt'\nimport fs from 'node:fs/promises'\nconst logger = pino()",
      },
    )
    expect(dossier.effects).toEqual([])
    expect(dossier.harmless.map((call) => `${call.package} ${call.member} ${call.at.length}`)).toEqual([
      'pino info 2',
      'bcrypt hash 1',
      'fs/promises readFile 1',
    ])
  })
})

describe('access', () => {
  it.each([
    ['getJobCounts', 'read'],
    ['findOrCreateJob', 'unknown'],
  ])('is told by the verb that a name begins with: %s', (member, access) => {
    const imports = "import Queue from 'bull'\nconst jobs = new Queue('jobs')"
    expect(effects(`await jobs.${member}()\nres.end()`, imports).map((effect) => effect.access)).toEqual([access])
  })

  it.each([
    ["send(new GetObjectCommand({ Key: 'a' }))", 'read'],
    ["send(new ListObjectsV2Command({ Bucket: 'a' }))", 'read'],
    ["send(new PutObjectCommand({ Key: 'a' }))", 'write'],
  ])('of a client that is sent commands is told by the command: %s', (call, access) => {
    const imports = `import { S3Client, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
      const s3 = new S3Client({})`
    expect(effects(`await s3.${call}\nres.end()`, imports).map((effect) => effect.access)).toEqual([access])
  })

  it('is none of a model or a cookie that is only made', () => {
    const imports =
      "import { openai } from '@ai-sdk/openai'\nimport { Lucia } from 'lucia'\nconst lucia = new Lucia({})"
    const found = effects("const model = openai('gpt')\nlucia.createSessionCookie(req.body.id)\nres.end()", imports)
    expect(found).toEqual([])
  })
})

describe('a call into a package that nobody classified', () => {
  it('may reject where it is awaited', () => {
    const [fact] = effects('res.json(await findStuff(1))', "import { findStuff } from 'unknown-package'")
    expect(fact?.whenItFails.map(({ end }) => end)).toEqual(['responded'])
  })
})
