// What runs of itest left behind: whatever lies in their temporary folder, and every process that runs in it or was
// started with it. Linux only. A process that is gone holds no port.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Names in the folder other than those that were there, and the command lines of processes. */
export function findLeftovers(folder, known = []) {
  return {
    entries: readdirSync(folder).filter((name) => !known.includes(name)),
    processes: listProcesses(folder).map(({ pid, command }) => `${pid} ${command}`),
  }
}

export function listProcesses(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({
      pid: Number(pid),
      command: read(pid, 'cmdline'),
      environment: read(pid, 'environ'),
      cwd: cwdOf(pid),
    }))
    .filter(({ command, environment, cwd }) => `${command}\n${environment}\n${cwd}`.includes(folder))
}

function read(pid, file) {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8')
      .replaceAll('\0', ' ')
      .trim()
  } catch {
    return ''
  }
}

function cwdOf(pid) {
  try {
    return readlinkSync(join('/proc', pid, 'cwd'))
  } catch {
    return ''
  }
}
