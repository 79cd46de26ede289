import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'

const LOOPBACK = /^(?:::1|(?:::ffff:)?127\.\d+\.\d+\.\d+)$/

/** The address that the requests of a test come from; null: the one that they have. */
export type ChooseAddress = (test: string) => string | null

/**
 * Each test is a client of its own, so that whatever counts per client, a `Map` of the app included, begins anew with it.
 * The same test is the same client in every run and every order.
 */
export function createAddresses(): ChooseAddress {
  const times = new Map<string, number>()
  return (test) => {
    const time = times.get(test) ?? 0
    times.set(test, time + 1)
    const [first = 0, second = 0, third = 0] = createHash('sha256').update(`${test} ${time}`).digest()
    // 127.0.0.1 itself is no test's.
    return `127.${first}.${second}.${2 + (third % 253)}`
  }
}

/** What the app takes for the address of the client at the other end, in the form that it has there. */
export function setClientAddress(socket: Socket, address: string): void {
  const { remoteAddress } = socket
  if (remoteAddress === undefined || !LOOPBACK.test(remoteAddress)) return
  const value = remoteAddress.includes(':') ? `::ffff:${address}` : address
  Object.defineProperty(socket, 'remoteAddress', { value, configurable: true })
}
