/**
 * The changes that an agent has begun, on its disk before they are made: a job that arrives a second time, also after a
 * restart, changes nothing. One line for each; a start leaves out the old ones when the file has grown.
 */
import { randomUUID } from "node:crypto";
import { open, rename } from "node:fs/promises";
import path from "node:path";
import type { StoreOwner } from "../../store/storeOwner.ts";
import { textOf, writeWhole } from "../../store/sealedStore.ts";
import type { AgentJob } from "../../generated/types.ts";
import { AgentFault } from "../agentFault.ts";

export interface BegunJobs {
  /** Throws an `AgentFault` for a job that was begun before. `isKept`: also after a restart. */
  begin(job: Pick<AgentJob, "jti" | "exp">, isKept: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Longer than a clock may be set back: an older job is refused because of its age. */
const keptMs = 24 * 3_600_000;
const maxFileLength = 1_000_000;

/** `now`: milliseconds since 1970. */
export async function openBegunJobs(
  folder: string,
  owner: StoreOwner,
  now: () => number,
): Promise<BegunJobs> {
  const file = path.join(folder, "begun.txt");
  const text = textOf(file, owner) ?? "";
  const until = linesIn(text, now());
  if (text.length > maxFileLength) {
    // Whole under another name first: a kill leaves the old file or the new one.
    const incoming = `${file}.${randomUUID()}.incoming`;
    writeWhole(incoming, [...until].map(([jti, ms]) => lineOf(jti, ms)).join(""), owner);
    await rename(incoming, file);
  }
  const handle = await open(file, "a", 0o600);
  owner.own(handle.fd);
  let forgetFrom = now();

  function forget(): void {
    if (now() - forgetFrom < keptMs) return;
    forgetFrom = now();
    for (const [jti, ms] of until) if (ms <= now()) until.delete(jti);
  }

  return {
    async begin({ jti, exp }, isKept) {
      forget();
      if (until.has(jti))
        throw new AgentFault("jobReplayed", {
          kind: "denied",
          message: `The job ${jti} arrived a second time, and each is carried out once.`,
        });
      const end = Math.max(exp, now()) + keptMs;
      until.set(jti, end);
      if (!isKept) return;
      await handle.appendFile(lineOf(jti, end));
      await handle.sync();
    },
    close: () => handle.close(),
  };
}

const lineOf = (jti: string, until: number): string => `${jti} ${until}\n`;

/** A last line that was cut off belongs to a job that was not begun. */
function linesIn(text: string, now: number): Map<string, number> {
  const lines = text.split("\n").flatMap((line): [string, number][] => {
    const [, jti, until] = /^([0-9a-f-]{36}) (\d+)$/.exec(line) ?? [];
    return jti === undefined || Number(until) <= now ? [] : [[jti, Number(until)]];
  });
  return new Map(lines);
}
