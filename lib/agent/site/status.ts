import type { SiteState } from "../../generated/types.ts";
import { aliveMs, type AgentStatus } from "../front/registry.ts";
import { moment, span } from "../moment.ts";

/** What an agent knows of itself, in the words of the service. `refused` has the reason of the service. */
export function siteStatusOf(
  { state, why, lastAnswer, aliveSince }: SiteState,
  now: number,
): { state: AgentStatus["state"] | "refused"; sentence: string } {
  if (state === "refused") return { state, sentence: why ?? "The service refuses the agent." };
  if (lastAnswer === undefined) return { state: "linked", sentence: "linked, agent not seen yet" };
  if (state === "waiting")
    return { state, sentence: "waiting until an administrator of the service confirms its key" };
  const unseenMs = now - lastAnswer;
  if (unseenMs <= aliveMs)
    return { state: "alive", sentence: `alive since ${moment(aliveSince ?? lastAnswer)}` };
  return { state: "unseen", sentence: `unseen for ${span(unseenMs)}` };
}
