import type { Outlook, Tally } from "../tally.ts";
import type { Connection } from "./gate.ts";
import type { Log } from "./output.ts";

/** An import that is over sooner needs no line. */
const longMs = 10_000;
/** From then on it looks as if the import could be a long one. */
const perhapsLongMs = 5_000;
const betweenLinesMs = 5_000;

export interface Progressing {
  tally: Tally;
  stats: Connection<unknown>["stats"];
  /** The records that were written so far. */
  records(): number;
  /** Milliseconds since the process started. */
  now(): number;
  /** Aborted when the run is over: nothing is written after its answer. */
  signal: AbortSignal;
  log: Log;
}

/**
 * Reports on stderr how long an import takes: once, as soon as its lists are in, and how far it has come, every five
 * seconds at most. An import of less than ten seconds is silent.
 */
export function reportProgress({ tally, stats, records, now, signal, log }: Progressing): void {
  let isEstimated = false;
  let nextLineMs = perhapsLongMs;
  let readingSince: number | undefined;

  /** The line for this moment; undefined when there is nothing to report. */
  function lineAt(elapsed: number, outlook: Outlook | undefined): string | undefined {
    if (!outlook || outlook.extent === "growing" || outlook.done === 0) {
      if (elapsed < longMs) return undefined;
      return `Import: ${records()} records so far, with ${stats.requests} requests.`;
    }
    const { items, done, requests, extent } = outlook;
    const leftMs = ((elapsed - (readingSince ?? 0)) / done) * (items - done);
    const about = extent === "all" ? "about" : "at least";
    if (isEstimated)
      return (
        `Import: ${done} of ${extent === "all" ? "" : "at least "}${items} read, with ` +
        `${stats.requests} requests; ${about} ${minutes(leftMs)} left.`
      );
    if (elapsed + leftMs < longMs) return undefined;
    isEstimated = true;
    return (
      `This import takes ${about} ${stats.requests + requests} requests and ` +
      `${minutes(elapsed + leftMs)}.`
    );
  }

  tally.onMove = () => {
    const elapsed = now();
    tally.wantsTotals ||= elapsed >= perhapsLongMs;
    const outlook = tally.outlook();
    if (outlook) readingSince ??= elapsed;
    if (elapsed < nextLineMs || signal.aborted) return;
    const line = lineAt(elapsed, outlook);
    if (line === undefined) return;
    log("information", line);
    nextLineMs = elapsed + betweenLinesMs;
  };
}

function minutes(ms: number): string {
  const count = Math.max(1, Math.round(ms / 60_000));
  return `${count} ${count === 1 ? "minute" : "minutes"}`;
}
