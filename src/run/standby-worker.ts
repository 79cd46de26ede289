import { once } from 'node:events'
import { findVitest } from './find-vitest.ts'
import { Assignment } from './standby.ts'

// The parent holds the other end. When it is gone, nothing of this process may stay.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'))

const assigned = once(process, 'message')
await Promise.all([
  import(findVitest(process.cwd()).node),
  import('./open-vitest.ts'),
  import('./reporter.ts'),
  // What most runs load only later.
  import('../harness/run-databases.ts'),
  import('../harness/database/postgres-template.ts'),
])
const { script, job, environment } = Assignment.parse((await assigned)[0])
Object.assign(process.env, environment)
process.argv[2] = job
if (script === 'worker') await import('./worker.ts')
else await import('./rounds-worker.ts')
