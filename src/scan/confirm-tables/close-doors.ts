import childProcess from 'node:child_process'
import cluster from 'node:cluster'
import dgram from 'node:dgram'
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import workers from 'node:worker_threads'

/** Functions through which code leaves its process, by the object that holds them. */
const DOORS: readonly (readonly [object, readonly string[]])[] = [
  [net, ['connect', 'createConnection', 'createServer']],
  [net.Socket.prototype, ['connect']],
  [net.Server.prototype, ['listen']],
  [tls, ['connect', 'createServer']],
  [dgram, ['createSocket']],
  [dns, ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveTxt', 'reverse']],
  [dns.promises, ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveTxt', 'reverse']],
  [http, ['request', 'get', 'createServer']],
  [https, ['request', 'get', 'createServer']],
  [http2, ['connect', 'createServer', 'createSecureServer']],
  [childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
  [cluster, ['fork']],
  [workers, ['Worker']],
  [
    fs,
    ['writeFileSync', 'writeFile', 'appendFileSync', 'appendFile', 'createWriteStream', 'rmSync', 'rm', 'unlinkSync'],
  ],
  [fs.promises, ['writeFile', 'appendFile', 'rm', 'unlink', 'rename', 'mkdir']],
  [globalThis, ['fetch', 'WebSocket', 'EventSource']],
  [process, ['kill', 'dlopen']],
]

/** From here on this process can't reach the network, start another one, or write files. */
export function closeDoors(): void {
  for (const [holder, names] of DOORS) {
    for (const name of names) if (Reflect.has(holder, name)) Reflect.set(holder, name, refuse(name))
  }
  syncBuiltinESMExports()
}

function refuse(name: string): () => never {
  return () => {
    throw new Error(`${name} is not available while itest reads the tables of a schema`)
  }
}
