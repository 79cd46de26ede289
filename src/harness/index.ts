import type { Factory } from './database/factory.ts'
import { openFactory } from './database/open-factory.ts'
import { openTestDatabase } from './database/open-test-database.ts'
import type { TestDatabase } from './database/test-database.ts'
import { openSignIn, type SignInTo } from './http/sign-in.ts'
import { findState } from './state.ts'

export { bootApp } from './app/boot-app.ts'
export type { Factory } from './database/factory.ts'
export type { TableLike, TestDatabase } from './database/test-database.ts'
export type { LoggedQuery } from './faults/board.ts'
export type { FailureDetails } from './faults/effects.ts'
export { type Fault, type FaultOptions, type Faults, faults, type TableOperation } from './faults/faults.ts'
export { type QueryLog, queries } from './faults/query-log.ts'
export { type Auth, auth } from './http/auth.ts'
export { type MailBox, mail } from './http/mail.ts'
export type { Mail } from './http/mail-types.ts'
export type { SignInTo } from './http/sign-in.ts'
export { listCalls, type Stub, type StubResponse, stub } from './http/stub.ts'
export type { RecordedCall, StubReply } from './http/stub-types.ts'
export { type Clock, clock } from './time/clock.ts'
export { until } from './time/until.ts'

const state = findState()
if (state) state.isUsed = true
await state?.database?.open()

/** The test's own view of the database, beside the app's connections; no fault touches it. */
export const db: TestDatabase = await openTestDatabase()

/** Makes rows to start from, with what their tables demand. */
export const factory: Factory = await openFactory(db)

/** What lets a request in, as the user's config says. */
export const signIn: SignInTo = openSignIn({ db, factory })
