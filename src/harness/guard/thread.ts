import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { labelOf, readTarget, refuseConnection } from '../http/connection-target.ts'
import { guardDatagrams } from './guard-datagrams.ts'
import { guardFiles } from './guard-files.ts'
import { guardLookups } from './guard-lookups.ts'
import { guardProcesses } from './guard-processes.ts'
import { guardThreads, reportToMain } from './guard-threads.ts'

// Node loads this first in every thread that the app starts.
Reflect.set(net.Socket.prototype, 'connect', function connectRefused(this: net.Socket, ...args: unknown[]) {
  const target = readTarget(args)
  reportToMain(labelOf(target))
  return refuseConnection(this, target)
})
guardLookups({ placeholders: new Map(), blocked: reportToMain })
guardDatagrams(reportToMain)
guardProcesses(reportToMain)
guardThreads()
guardFiles(reportToMain)
syncBuiltinESMExports()
