const DRIVERS = /[\\/]node_modules[\\/](?:pg|postgres)[\\/]/
const FRAMES = 30

/** Whether node-postgres or postgres-js is what opens the connection: no port and no host would tell. */
export function isCalledByPostgresDriver(): boolean {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = FRAMES
  const { stack } = new Error('where am I')
  Error.stackTraceLimit = stackTraceLimit
  return DRIVERS.test(stack ?? '')
}
