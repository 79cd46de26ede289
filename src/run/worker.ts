import { readFileSync } from 'node:fs'
import type { Vitest } from 'vitest/node'
import { readProof } from '../prove/worker-options.ts'
import { findVitest } from './find-vitest.ts'
import { Job, type Progress } from './job.ts'
import { begin, openVitest, writeFailure } from './open-vitest.ts'
import { createReporter } from './reporter.ts'
import type { StalledFacts } from './types.ts'
import { endStalled } from './watch-workers.ts'

// The parent holds the other end. When it is gone, nothing of this run may stay, not even a test in an endless loop.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'))

await work(Job.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))))

async function work(job: Job): Promise<void> {
  const { version, node } = findVitest(job.root)
  try {
    await runVitest(job, { version, node })
  } catch (error) {
    if (error instanceof Error && error.name === 'FilesNotFoundError') return
    process.exitCode = 1
    writeFailure(job, version, error)
  } finally {
    // Something that the project left running must not keep this process.
    process.exit()
  }
}

async function runVitest(job: Job, { version, node }: { version: string; node: string }): Promise<void> {
  const proof = job.proof === null ? null : readProof(job.proof)
  const stalled: StalledFacts[] = []
  const reporter = createReporter({ ...job, version, stalled, onProgress: send })
  const vitest = await openVitest(job, node, {
    options: {
      reporters: [reporter],
      ...proof?.options,
    },
    plugins: proof ? [proof.plugin] : [],
  })
  // Who runs a proof watches its workers himself.
  const stopWatching = proof ? () => {} : endStalled(job, { version, stalled, flush: reporter.flush })
  try {
    if (proof) await startAlike(vitest, proof.workers)
    else await vitest.start()
  } finally {
    stopWatching()
    await vitest.close()
  }
}

/** That many workers, each of which gets the same file. */
async function startAlike(vitest: Vitest, workers: number): Promise<void> {
  const [first] = await begin(vitest)
  if (!first) throw new Error('Vitest does not find the test file')
  await vitest.runTestSpecifications(Array.from({ length: workers }, () => first))
}

function send(progress: Progress): void {
  if (process.connected) process.send?.(progress)
}
