import { describeError } from '../../run/error-facts.ts'
import { CRASH_MARK } from '../crash-mark.ts'
import { findActor } from '../http/boundary.ts'
import type { HarnessState } from '../state.ts'
import { watchDeadClients } from './dead-clients.ts'
import { isExit } from './exit-watch.ts'

/**
 * Sees errors that nobody catches, each of which ends a Node process. A rejection is remembered as the cause of a request
 * that stays open. After a fault broke a connection, an error is a finding about the app, not about the test: it is noted
 * as such and marked, so that the run does not fail for it.
 */
export function watchErrors(state: HarnessState): void {
  const emit: unknown = Reflect.get(process, 'emit')
  if (typeof emit !== 'function') return
  // Not as a listener: Vitest takes a rejection for handled when anybody else listens.
  Reflect.set(process, 'emit', (...args: unknown[]) => {
    const [event, error] = args
    if (event === 'unhandledRejection') state.dropped.push(error)
    if (state.isBooting && event === 'unhandledRejection' && error instanceof Error)
      Reflect.set(error, CRASH_MARK, true)
    if (event === 'unhandledRejection' || event === 'uncaughtException') {
      noteCrash(state, error)
      if (!isMarked(error)) noteUncaught(state, { event, error })
    }
    try {
      return Reflect.apply(emit, process, args)
    } catch (thrown) {
      // A listener of the app that ends the process: thrown from here, Node would really end it.
      if (!isExit(thrown)) throw thrown
      return true
    }
  })
}

/** Known for what it is: after a fault, of a refused connection, or of a start that goes on. */
function isMarked(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, CRASH_MARK) === true
}

function noteUncaught(state: HarnessState, { event, error }: { event: string; error: unknown }): void {
  const { traffic, isOfRequest } = findActor(state.boundary)
  state.watch.uncaught.push({
    kind: event === 'uncaughtException' ? 'exception' : 'rejection',
    of: isOfRequest && traffic.test !== state.watch.test ? traffic.test : null,
    isOfRequest,
    error: describeError(error, state.root),
  })
}

function noteCrash(state: HarnessState, error: unknown): void {
  const { lack, stuck, board } = state
  // What it waited for was broken so that the test could end.
  if ((lack !== null || stuck !== null) && error instanceof Error) return void Reflect.set(error, CRASH_MARK, true)
  const { cut } = board
  if (error instanceof Error && isOfRefusal(error)) Reflect.set(error, CRASH_MARK, true)
  if (cut === null || !(error instanceof Error) || isOfTest(error)) return
  state.appCrashes.push(`${error.message} (after ${cut})`)
  if (isOfPostgresJs(error)) state.isDriverBroken = true
  if (isOfNodePostgres(error)) watchDeadClients(state)
  // Vitest's own listeners send the error to the parent process with what is written on it.
  Reflect.set(error, CRASH_MARK, true)
}

const REFUSED = 'itest lets no test reach it'
const QUEUES = /[\\/]node_modules[\\/](?:ioredis|bull|bullmq|redis|@redis|amqplib|kafkajs|mongodb|mongoose)[\\/]/

/** A client whose connection the guard refuses: the test's facts name the connection, and no test is to blame. */
function isOfRefusal(error: Error): boolean {
  const parts: unknown[] = [error, error.cause, ...(error instanceof AggregateError ? error.errors : [])]
  return parts.some(
    (part) => part instanceof Error && (part.message.includes(REFUSED) || QUEUES.test(part.stack ?? '')),
  )
}

/** It crashes where it flushes what it has to write, and then never flushes anything on that connection again. */
function isOfPostgresJs({ stack }: Error): boolean {
  return stack?.includes('nextWrite') === true
}

function isOfNodePostgres({ stack }: Error): boolean {
  return /[\\/]pg[\\/]lib[\\/]client\.js/.test(stack ?? '')
}

function isOfTest(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code')
  return error.name === 'AssertionError' || (typeof code === 'string' && code.startsWith('ITEST_'))
}
