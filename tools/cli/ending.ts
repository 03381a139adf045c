/** Until a signal asks the process to end. A second signal ends it at once, as if no one listened. */
export function endOfProcess(): { signal: AbortSignal; stop(): void } {
  const ending = new AbortController();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;
  const end = (): void => {
    stop();
    ending.abort();
  };
  const stop = (): void => signals.forEach((name) => process.off(name, end));
  for (const name of signals) process.on(name, end);
  return { signal: ending.signal, stop };
}
