import type { Progress } from '../progress.ts'
import type { TextOptions } from '../report/text.ts'

/** How text may look where it goes. */
export function terminal(): TextOptions {
  const color = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  return { color, width: process.stdout.isTTY ? Math.max(60, process.stdout.columns) : 100 }
}

/** A spinner where a person watches, plain lines where none does; always on stderr. */
export async function createProgress(): Promise<{ progress: Progress; stop: () => void }> {
  if (process.stderr.isTTY && process.env.CI === undefined) {
    const { default: yoctoSpinner } = await import('yocto-spinner')
    const spinner = yoctoSpinner({ stream: process.stderr })
    return {
      progress: (text) => {
        spinner.text = text
        if (!spinner.isSpinning) spinner.start()
      },
      stop: () => void spinner.stop(),
    }
  }
  let last = ''
  return {
    progress: (text) => {
      // Without a terminal a counter would be a wall of lines.
      const line = text.replace(/: \d+ of \d+$/, '')
      if (line !== last) process.stderr.write(`${line}\n`)
      last = line
    },
    stop: () => undefined,
  }
}
