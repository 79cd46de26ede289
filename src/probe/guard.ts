import childProcess, { ChildProcess } from 'node:child_process'
import dgram from 'node:dgram'
import dns from 'node:dns'
import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import workers from 'node:worker_threads'
import { hideEnvironmentFiles } from '../harness/guard/hide-environment-files.ts'
import { labelOf, readTarget, refuseConnection } from '../harness/http/connection-target.ts'
import type { Recorder } from './recorder.ts'

/**
 * From here on nothing that JavaScript can do leaves this process: connections, UDP, look-ups, child processes, threads
 * and signals are refused and recorded; listening and ending the process only pretend; `.env` files seem empty to
 * who reads them synchronously, as dotenv does. Other files, read or written, and native code are not guarded.
 */
export function guardProcess(recorder: Recorder): void {
  guardSockets(recorder)
  guardLookups(recorder)
  guardProcesses(recorder)
  guardThreads(recorder)
  pretendToListen(recorder)
  pretendToEnd(recorder)
  hideEnvironmentFiles()
  syncBuiltinESMExports()
}

function guardSockets({ record, caller }: Recorder): void {
  Reflect.set(net.Socket.prototype, 'connect', function connectRefused(this: net.Socket, ...args: unknown[]) {
    const target = readTarget(args)
    record({ kind: 'blocked', what: `connect ${labelOf(target)}`, at: caller() })
    return refuseConnection(this, target)
  })
  for (const name of ['bind', 'connect', 'send'] as const) {
    Reflect.set(dgram.Socket.prototype, name, function refused(this: dgram.Socket) {
      record({ kind: 'blocked', what: `udp ${name}`, at: caller() })
      process.nextTick(() => this.emit('error', refusal(`udp ${name}`)))
      return this
    })
  }
}

function guardLookups({ record, caller }: Recorder): void {
  const isLookup = (name: string): boolean => /^(?:lookup|resolve|reverse)/.test(name)
  const refuse = (host: unknown): Error => {
    record({ kind: 'blocked', what: `look up ${String(host)}`, at: caller() })
    return Object.assign(refusal(`look-up of ${String(host)}`), { code: 'ENOTFOUND' })
  }
  for (const owner of [dns, dns.Resolver.prototype]) {
    for (const name of Object.getOwnPropertyNames(owner).filter(isLookup)) {
      Reflect.set(owner, name, (host: unknown, ...rest: unknown[]) => {
        const error = refuse(host)
        const callback = rest.at(-1)
        if (typeof callback === 'function') process.nextTick(() => callback(error))
      })
    }
  }
  for (const owner of [dns.promises, dns.promises.Resolver.prototype]) {
    for (const name of Object.getOwnPropertyNames(owner).filter(isLookup))
      Reflect.set(owner, name, (host: unknown) => Promise.reject(refuse(host)))
  }
}

function guardProcesses({ record, caller }: Recorder): void {
  const refuse = (command: unknown): never => {
    const what = `start ${typeof command === 'string' ? command : 'a process'}`
    record({ kind: 'blocked', what, at: caller() })
    throw refusal(what)
  }
  for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'])
    Reflect.set(childProcess, name, refuse)
  Reflect.set(ChildProcess.prototype, 'spawn', () => refuse(null))
  process.kill = () => refuse('a signal')
}

/** A thread has built-ins of its own, which nothing here reaches; loggers start one, and can do without its answers. */
function guardThreads({ record, caller }: Recorder): void {
  Reflect.set(workers, 'Worker', function Worker(file: unknown) {
    record({ kind: 'blocked', what: `thread ${String(file)}`, at: caller() })
    const nothing = (): void => {}
    return Object.assign(new EventEmitter(), {
      postMessage: nothing,
      ref: nothing,
      unref: nothing,
      terminate: async () => 0,
    })
  })
}

function pretendToListen({ record, caller }: Recorder): void {
  Reflect.set(net.Server.prototype, 'listen', function listen(this: net.Server, ...args: unknown[]) {
    record({ kind: 'listens', at: caller() })
    Object.assign(this, { address: () => ({ address: '127.0.0.1', family: 'IPv4', port: 1 }) })
    const callback = args.at(-1)
    if (typeof callback === 'function') this.once('listening', () => callback())
    void delay(0).then(() => this.emit('listening'))
    return this
  })
}

function pretendToEnd({ record, caller }: Recorder): void {
  for (const name of ['exit', 'reallyExit', 'abort']) {
    Reflect.set(process, name, (code: unknown) => {
      const message = `the app ended the process with code ${typeof code === 'number' ? code : (process.exitCode ?? 0)}`
      record({ kind: 'failed', isFatal: false, message, at: caller() })
      throw new Error(`${message} (itest keeps it alive)`)
    })
  }
}

function refusal(what: string): Error {
  return Object.assign(new Error(`${what}: itest --probe does not allow it`), { code: 'ECONNREFUSED' })
}
