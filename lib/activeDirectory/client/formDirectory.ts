import { Fault } from "../../fault.ts";
import { quoted } from "../../graphemes.ts";
import type { Pace } from "../../net/retry.ts";
import type { Seams } from "./connection.ts";
import type { Directory } from "./directory.ts";
import {
  assertLoopback,
  domainsFrom,
  sitePlaceFrom,
  type AgentPlace,
  type DirectoryForm,
} from "./settings.ts";
import { openDirectory } from "./severalDomains.ts";

export interface FormSeams extends Pick<Seams, "warn"> {
  pace: Pace;
  /** The environment names an emulator: no real account may be changed. */
  isEmulated: boolean;
  /** Active Directory through the agents on premises. Absent: no agent connects to this process. */
  agents?: ((place: AgentPlace, pace: Pace) => Directory) | undefined;
}

/** The directory that a form names. Throws an `invalid` fault for a form that names none. */
export function formDirectory(
  form: DirectoryForm,
  { pace, warn, isEmulated, agents }: FormSeams,
): Directory {
  const place = sitePlaceFrom(form);
  if (place) {
    if (agents) return agents(place, pace);
    throw Fault.invalid(
      `"Agent connection" (AgentConnection) is ${quoted(place.connectionId)}, so this event has to run in ` +
        "exo-connector agent-front, to which the agents connect: no agent connects to this process.",
    );
  }
  const domains = domainsFrom(form);
  if (isEmulated) domains.forEach(assertLoopback);
  return openDirectory(domains, { pace, warn });
}
