import dns from 'node:dns'
import net from 'node:net'
import { promisify } from 'node:util'
import { isLoopback } from '../http/origin.ts'

type Answer = (error: Error | null, ...rest: unknown[]) => void
type Placeholders = Map<string, string>

interface LookupGuard {
  readonly placeholders: Placeholders
  readonly blocked: (what: string) => void
}

const ADDRESS_METHODS = ['resolve4', 'resolve6']
const OTHER_METHODS = /^(?:resolve.*|reverse|lookupService)$/

/**
 * No look-up leaves the process. Clients that look up hosts themselves get an address that stands for the name, so that
 * their connection is treated like that of any other client; questions for other records find nothing.
 */
export function guardLookups(guard: LookupGuard): void {
  guardLookup(guard.placeholders)
  for (const owner of [dns, dns.Resolver.prototype]) guardMethods(owner, guard, withCallback)
  for (const owner of [dns.promises, dns.promises.Resolver.prototype]) guardMethods(owner, guard, withPromise)
}

function guardLookup(placeholders: Placeholders): void {
  const { lookup } = dns
  const { lookup: lookupPromise } = dns.promises
  const isLocal = (host: unknown): boolean => typeof host !== 'string' || net.isIP(host) !== 0 || isLoopback(host)
  const answer = (
    host: string,
    options: unknown,
  ): { address: string; family: 4 }[] | { address: string; family: 4 } => {
    const found = { address: standFor(placeholders, host), family: 4 } as const
    return typeof options === 'object' && options !== null && Reflect.get(options, 'all') === true ? [found] : found
  }
  const guarded = (host: unknown, ...rest: unknown[]): unknown => {
    const callback = rest.at(-1)
    if (isLocal(host) || !isAnswer(callback)) return Reflect.apply(lookup, dns, [host, ...rest])
    const found = answer(String(host), rest[0])
    process.nextTick(() => (Array.isArray(found) ? callback(null, found) : callback(null, found.address, found.family)))
    return {}
  }
  const guardedPromise = async (host: unknown, options?: unknown): Promise<unknown> =>
    isLocal(host) ? Reflect.apply(lookupPromise, dns.promises, [host, options]) : answer(String(host), options)
  Reflect.set(guarded, promisify.custom, guardedPromise)
  Reflect.set(dns, 'lookup', guarded)
  Reflect.set(dns.promises, 'lookup', guardedPromise)
}

type Give = (find: () => unknown, rest: unknown[]) => unknown

function guardMethods(owner: object, { placeholders, blocked }: LookupGuard, give: Give): void {
  for (const name of Object.getOwnPropertyNames(owner)) {
    if (!OTHER_METHODS.test(name)) continue
    Reflect.set(owner, name, (host: unknown, ...rest: unknown[]) => {
      const kind = name === 'resolve' && typeof rest[0] === 'string' ? `resolve${rest[0]}` : name
      const isAddress = ADDRESS_METHODS.includes(kind) || kind === 'resolve' || kind === 'resolveA'
      if (!isAddress) blocked(`dns ${kind} ${String(host)}`)
      return give(() => {
        if (isAddress && kind !== 'resolve6') return [standFor(placeholders, String(host))]
        throw notFound(kind, String(host))
      }, rest)
    })
  }
}

function withPromise(find: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(find()))
}

function withCallback(find: () => unknown, rest: unknown[]): void {
  const callback = rest.at(-1)
  if (!isAnswer(callback)) return
  withPromise(find).then(
    (found) => process.nextTick(callback, null, found),
    (error) => process.nextTick(callback, error),
  )
}

/** One address per name, of the block that RFC 2544 keeps for tests of networks, so that nobody has it. */
function standFor(placeholders: Placeholders, host: string): string {
  for (const [address, name] of placeholders) if (name === host) return address
  const number = placeholders.size + 1
  const address = `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
  placeholders.set(address, host)
  return address
}

function notFound(syscall: string, hostname: string): Error {
  const error = new Error(`${syscall} ENOTFOUND ${hostname} (itest lets no look-up out)`)
  return Object.assign(error, { code: 'ENOTFOUND', syscall, hostname })
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'function'
}
