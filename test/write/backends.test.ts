import { afterEach, describe, expect, it, vi } from 'vitest'
import { ModelError } from '../../src/errors.ts'
import { DraftReply } from '../../src/write/draft-schema.ts'
import type { ModelReply, ModelRequest } from '../../src/write/model.ts'
import { BENCHES, type Bench, GOOD, type Limits, type Opened, type Step } from '../support/model-benches.ts'
import { error, SCENARIOS, type Words } from '../support/model-scenarios.ts'

const opened: Opened[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
  vi.restoreAllMocks()
})

async function open(bench: Bench, script: readonly Step[], limits: Limits = {}) {
  const one = await bench.open(script, limits)
  opened.push(one)
  const server = bench.backend === 'openai' ? new URL(one.address).host : bench.name
  const words: Words = { ...bench, server, address: one.address }
  const ask = (request: Partial<ModelRequest> = {}) =>
    one.model({ system: 'the rules', messages: [{ role: 'user', text: 'the route' }], schema: DraftReply, ...request })
  return { ...one, words, ask }
}

async function failureOf(reply: Promise<unknown>) {
  const error = await reply.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ModelError)) throw new Error(`expected a ModelError, found ${error}`)
  return { message: error.message, hint: error.hint }
}

function expected(words: string | RegExp): unknown {
  return typeof words === 'string' ? words : expect.stringMatching(words)
}

describe.each(BENCHES)('$backend', (bench) => {
  const scenarios = SCENARIOS.filter(({ not = [] }) => !not.includes(bench.backend))

  it.each(scenarios)('$what', async ({ script, limits, request = {}, ends, asked = 1 }) => {
    // The SDK tells the terminal what it could not read.
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const one = await open(bench, script, limits)
    const reply = one.ask(request)
    if (ends === 'well') {
      expect(await reply).toEqual<ModelReply>({ text: GOOD, usage: bench.usage })
      const said = one.asked().at(-1) ?? ''
      for (const { text } of request.messages ?? []) expect(said).toContain(text)
    } else {
      const { message, hint } = ends(one.words)
      expect(await failureOf(reply)).toEqual({ message: expected(message), hint: expected(hint) })
    }
    if (typeof asked === 'function') expect(one.asked().length).toBe(asked(bench))
    else expect(one.asked().length).toBe(bench.isHttp ? asked : 1)
  })

  it('ends with the signal in the middle of a reply, and leaves nothing open', async () => {
    const one = await open(bench, [{ kind: 'breaks', text: GOOD.slice(0, 40), how: 'silence' }])
    const interrupt = new AbortController()
    const failure = failureOf(one.ask({ signal: interrupt.signal }))
    await vi.waitFor(() => expect(one.asked()).toHaveLength(1), { timeout: 10_000 })
    interrupt.abort()
    expect(await failure).toEqual({ message: 'The call to the model was stopped.', hint: 'Run the command again.' })
    await one.gone()
  })

  it('does not begin when the signal is already aborted', async () => {
    const one = await open(bench, [{ kind: 'reply' }])
    const failure = await failureOf(one.ask({ signal: AbortSignal.abort() }))
    expect(failure.message).toBe('The call to the model was stopped.')
    expect(one.asked()).toEqual([])
  })
})

describe.each(BENCHES.filter(({ isHttp }) => isHttp))('$backend, over HTTP', (bench) => {
  it('ends with the signal while it waits to repeat', async () => {
    const one = await open(bench, [error(429, { 'retry-after': '25' })])
    const interrupt = new AbortController()
    const failure = failureOf(one.ask({ signal: interrupt.signal }))
    await vi.waitFor(() => expect(one.asked()).toHaveLength(1))
    await one.gone()
    interrupt.abort()
    expect((await failure).message).toBe('The call to the model was stopped.')
  })

  it('repeats a refused connection, and says why there is none', async () => {
    const one = await open(bench, [])
    await one.close()
    expect(await failureOf(one.ask())).toEqual({
      message: `No connection to ${one.address} (connect ECONNREFUSED ${new URL(one.address).host}).`,
      hint: 'Check the network, the proxy and the address.',
    })
  })

  it('tells its progress in characters', async () => {
    const one = await open(bench, [{ kind: 'reply' }])
    const lengths: number[] = []
    await one.ask({ onProgress: (characters) => lengths.push(characters) })
    expect(lengths.at(-1)).toBe(GOOD.length)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })
})
