// What the benches of the harness share: medians, and times as they would be on a machine that does nothing else.

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** How many times longer a busy loop takes than it works. */
function readSlowdown() {
  const [from, before] = [performance.now(), process.cpuUsage()]
  const worked = () => {
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  while (worked() < 150_000);
  return Math.max(1, (performance.now() - from) / 150)
}

/** Prints a time divided by how much slower than alone the machine is at the moment. */
export function printTime(what, measured, limit) {
  const slowdown = readSlowdown()
  const milliseconds = measured / slowdown
  const verdict = limit === undefined ? '' : `  (at most ${limit} ms${milliseconds > limit ? ': OVER' : ''})`
  console.log(
    `${what.padEnd(50)} ${milliseconds.toFixed(2).padStart(8)} ms, slowed down x${slowdown.toFixed(1)}${verdict}`,
  )
}
