import http from 'node:http'
import { expect, it, vi } from 'vitest'
import { createBoard } from '../../src/harness/faults/board.ts'
import { watchRemains } from '../../src/harness/renew.ts'
import { createState } from '../../src/harness/state.ts'

it('ends what an app leaves behind, and nothing that was there before', async () => {
  const state = createState({ root: '/', config: null }, { vi, board: createBoard(() => null), requestLimitMs: 1000 })
  const kept = (): void => {}
  process.on('SIGUSR2', kept)
  Reflect.set(globalThis, 'keptByTheTest', 1)
  const renew = watchRemains(state)

  const server = http.createServer().listen(0)
  state.boundary.ownServers.add(server)
  const closed = new Promise<string>((resolve) => server.once('close', () => resolve('closed')))
  const ofApp = (): void => {}
  process.on('SIGUSR2', ofApp)
  Reflect.set(globalThis, 'poolOfTheApp', {})
  Object.assign(state, { isLoading: false, isDriverBroken: true, lastError: 'no pool' })
  state.boundary.late.push('POST https://pay.example')
  renew()

  expect(await closed).toBe('closed')
  expect(process.listeners('SIGUSR2')).toEqual([kept])
  expect(['keptByTheTest' in globalThis, 'poolOfTheApp' in globalThis]).toEqual([true, false])
  expect(state).toMatchObject({ isLoading: true, isDriverBroken: false, lastError: '', boundary: { late: [] } })
  process.off('SIGUSR2', kept)
})
