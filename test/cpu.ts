/**
 * Milliseconds of processor time that `work` takes at the least, of five times. Other tests of the process, its garbage
 * collection and a busy machine can only add to a measurement, so the least of them is the closest to the truth.
 */
export const leastCpuMs = (work: () => unknown): number => {
  const times = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
};
