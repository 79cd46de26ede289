import { EventEmitter, once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { watchTimers } from '../../../src/harness/app/app-timers.ts'

// What is watched stays so, and this file has a process of its own.
const timers = watchTimers()
const left = (): number => Math.round((timers.nextDue() - performance.now()) / 1000)

describe('timers of the app', () => {
  afterEach(() => timers.clear())

  it('are known with the time when they fire', () => {
    expect(timers.nextDue()).toBe(Number.POSITIVE_INFINITY)
    setTimeout(() => {}, 50_000)
    const sooner = setTimeout(() => {}, 20_000)
    expect(left()).toBe(20)
    clearTimeout(sooner)
    expect(left()).toBe(50)
  })

  it('that only Node keeps are known as well', async () => {
    const never = new AbortController()
    const waiting = delay(40_000, undefined, { signal: never.signal }).catch(() => 'ended')
    expect(left()).toBe(40)
    AbortSignal.timeout(30_000).addEventListener('abort', () => {})
    expect(left()).toBe(30)
    never.abort()
    expect(await waiting).toBe('ended')
  })

  it('never fire once they are cleared', async () => {
    const fired = vi.fn()
    setTimeout(fired, 1)
    setInterval(fired, 1)
    timers.clear()
    await new Promise<void>((resolve) => setTimeout(resolve, 5))
    expect(fired).not.toHaveBeenCalled()
  })

  it('still do what they are for', async () => {
    const ticks: number[] = []
    const done = new Promise<string>((resolve) => setTimeout(resolve, 1, 'given'))
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        ticks.push(1)
        if (ticks.length === 2) {
          clearInterval(timer)
          resolve()
        }
      }, 1)
    })
    expect([await done, ticks.length]).toEqual(['given', 2])
    expect(timers.nextDue()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('the time of a signal', () => {
  afterEach(() => timers.clear())

  it('matters to nobody who does not listen', () => {
    AbortSignal.timeout(30_000)
    expect(timers.nextDue()).toBe(Number.POSITIVE_INFINITY)
  })

  it.each<[string, (signal: AbortSignal) => unknown]>([
    ['a listener', (signal) => signal.addEventListener('abort', () => {})],
    ['its own handler', (signal) => Object.assign(signal, { onabort: () => {} })],
    ['a signal made of it', (signal) => AbortSignal.any([signal])],
    ['a timer that it ends', (signal) => delay(90_000, undefined, { signal, ref: false }).catch(() => {})],
    ['an event that it ends', (signal) => once(new EventEmitter(), 'never', { signal }).catch(() => {})],
  ])('matters to %s', (_, listen) => {
    listen(AbortSignal.timeout(30_000))
    expect(left()).toBe(30)
  })

  it('matters to fetch until its answer is there', async () => {
    const ends: (() => void)[] = []
    const server = http.createServer((_request, response) => {
      response.write('beg')
      ends.push(() => response.end('un'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const open = await fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(30_000) })
    expect(left()).toBe(30)
    for (const end of ends) end()
    expect(await open.text()).toBe('begun')
    expect(timers.nextDue()).toBe(Number.POSITIVE_INFINITY)
  })
})
