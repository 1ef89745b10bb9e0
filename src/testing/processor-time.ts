/** Milliseconds of a processor that `work` takes: what else the machine does meanwhile does not count, as it would by a clock. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
