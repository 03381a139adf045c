/** Why each message comes and what an operator does about it. The messages themselves are those of the sources. */
import type { Outcome } from "../../lib/generated/types.ts";
import { agent } from "./agent.ts";
import { changes } from "./changes.ts";
import { connection } from "./connection.ts";
import { directory } from "./directory.ts";
import { graph } from "./graph.ts";
import { leavers } from "./leavers.ts";
import { licences } from "./licences.ts";
import { links } from "./links.ts";
import { methods } from "./methods.ts";
import { queue } from "./queue.ts";
import { values } from "./values.ts";

/** Messages with the same reason. */
export interface Entry {
  outcome: Outcome;
  why: string;
  /** What to do. */
  mend: string;
  /** A part of each message that belongs here: a fault that is thrown. */
  of: readonly string[];
  /** A part of each text that is not thrown as it is, but becomes part of a message. */
  also?: readonly string[];
}

export const catalogue: readonly Entry[] = [
  ...connection,
  ...values,
  ...changes,
  ...graph,
  ...licences,
  ...methods,
  ...links,
  ...leavers,
  ...directory,
  ...agent,
  ...queue,
];

interface Section {
  outcome: Outcome;
  meaning: string;
  /** Whether another try helps. HelloID does not repeat a failed action at once: a person does, or the next run. */
  again: string;
}

/** The outcomes of a failure, in the order of the page. */
export const sections: readonly Section[] = [
  {
    outcome: "forbidden",
    meaning: "The application could not sign in, or lacks a right.",
    again: "Mend it first; then retry the action or enforce again. `doctor` finds most of these.",
  },
  {
    outcome: "invalid",
    meaning:
      "The event, the configuration, the mapping or the state of the tenant does not allow it. Nothing was done for " +
      "what the message names.",
    again: "Another try fails in the same way until the cause is mended.",
  },
  {
    outcome: "throttled",
    meaning: "Exchange Online asks to wait for longer than the event may take.",
    again: "The connector has waited and tried already. The next enforcement tries again.",
  },
  {
    outcome: "notYet",
    meaning: "It is not possible yet, or Exchange Online does not show it yet.",
    again: "Retry the action later, or leave it to the next enforcement.",
  },
  {
    outcome: "unknown",
    meaning: "No usable answer arrived, or it is not known whether a change was applied.",
    again: "Every action may be repeated: what is in place already is left as it is. Retry it.",
  },
  {
    outcome: "gone",
    meaning:
      "An object does not exist. For a revoke, disable or delete that is a success, once several looks agree.",
    again: "Another try finds the same until the object exists.",
  },
  {
    outcome: "masteredOnPremises",
    meaning: "Active Directory masters the value, so it cannot be changed in Exchange Online.",
    again:
      "Another try fails in the same way. After the change on premises, the next synchronisation brings it.",
  },
  {
    outcome: "notLicensed",
    meaning: "The licence does not include the feature, or no seat of it is free.",
    again: "Retry after the licence was assigned.",
  },
  {
    outcome: "ambiguous",
    meaning: "More than one object fits, so none was changed.",
    again: "Another try fails in the same way until one object fits.",
  },
];
