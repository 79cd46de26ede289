import childProcess, { ChildProcess } from 'node:child_process'

// There is no such program, and the name is what the app's log will show.
const NO_PROGRAM = '/itest-starts-no-process'

// Bindings that can open a connection or start a process behind the back of Node's modules.
const REFUSED_BINDINGS = /^(?:tcp|pipe|udp|tls|cares|process|spawn_sync|tty|js_stream|stream|http_parser)/

/** A child process would run without the guard, so none starts: to the app its program is not installed. */
export function guardProcesses(blocked: (what: string) => void): void {
  guardSpawn(blocked)
  for (const name of ['execSync', 'execFileSync', 'spawnSync'] as const) guardSync(name, blocked)
  guardReplacement(blocked)
  for (const name of ['binding', '_linkedBinding']) guardBinding(name, blocked)
}

/** `spawn`, `exec`, `execFile`, `fork` and `cluster` all come here. */
function guardSpawn(blocked: (what: string) => void): void {
  const spawn: unknown = Reflect.get(ChildProcess.prototype, 'spawn')
  if (typeof spawn !== 'function') return
  Reflect.set(ChildProcess.prototype, 'spawn', function spawnNothing(this: ChildProcess, options: object) {
    const args: unknown = Reflect.get(options, 'args')
    blocked(`process ${Array.isArray(args) ? args.join(' ') : String(Reflect.get(options, 'file'))}`)
    return Reflect.apply(spawn, this, [{ ...options, file: NO_PROGRAM, args: [NO_PROGRAM], cwd: undefined }])
  })
}

function guardSync(name: 'execSync' | 'execFileSync' | 'spawnSync', blocked: (what: string) => void): void {
  const run: unknown = Reflect.get(childProcess, name === 'spawnSync' ? 'spawnSync' : 'execFileSync')
  if (typeof run !== 'function') return
  Reflect.set(childProcess, name, (command: unknown, ...rest: unknown[]) => {
    const [args] = rest
    blocked(`process ${[command, ...(Array.isArray(args) ? args : [])].join(' ')}`)
    return Reflect.apply(run, childProcess, [NO_PROGRAM, [], {}])
  })
}

/** Since Node 22.15 a process can become another program. */
function guardReplacement(blocked: (what: string) => void): void {
  if (!('execve' in process)) return
  Reflect.set(process, 'execve', (file: unknown) => {
    blocked(`process ${String(file)}`)
    throw Object.assign(new Error(`spawn ${String(file)} ENOENT: itest starts no process`), { code: 'ENOENT' })
  })
}

function guardBinding(name: string, blocked: (what: string) => void): void {
  const load: unknown = Reflect.get(process, name)
  if (typeof load !== 'function') return
  Reflect.set(process, name, (binding: unknown) => {
    if (!REFUSED_BINDINGS.test(String(binding))) return Reflect.apply(load, process, [binding])
    blocked(`process.${name} ${String(binding)}`)
    throw new Error(`process.${name}('${String(binding)}'): itest lets no test go around its guard`)
  })
}
