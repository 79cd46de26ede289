import { syncBuiltinESMExports } from 'node:module'
import { noteBlocked } from '../http/boundary.ts'
import { followCalls } from '../http/follow-calls.ts'
import type { HarnessState } from '../state.ts'
import { guardDatagrams } from './guard-datagrams.ts'
import { guardFiles } from './guard-files.ts'
import { guardHome } from './guard-home.ts'
import { guardLookups } from './guard-lookups.ts'
import { guardPorts } from './guard-ports.ts'
import { guardProcesses } from './guard-processes.ts'
import { guardSockets } from './guard-sockets.ts'
import { guardThreads, listenToThreads } from './guard-threads.ts'
import { guardTls } from './guard-tls.ts'
import { hideEnvironmentFiles } from './hide-environment-files.ts'

/**
 * From here on nothing that JavaScript can do leaves the process: HTTP(S) goes to the stub server, mail to the mail
 * server, and every other connection is refused unless it is to this file's database or to a server of this very
 * process. Native code of a package is not guarded.
 */
export function guardNetwork(state: HarnessState): void {
  const { boundary } = state
  const blocked = (what: string): void => noteBlocked(boundary, what)
  guardPorts(state)
  guardSockets(state)
  guardTls(state)
  followCalls(state)
  guardLookups({ placeholders: boundary.placeholders, blocked })
  guardDatagrams(blocked)
  guardProcesses(blocked)
  guardThreads()
  listenToThreads(blocked)
  guardFiles(blocked)
  guardHome()
  hideEnvironmentFiles()
  syncBuiltinESMExports()
}
