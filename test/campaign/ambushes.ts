import type { Chance } from "./chance.ts";
import { troubles, type Trouble } from "./troubles.ts";
import type { Ambush, Side } from "./wire.ts";

const bySide: Readonly<Record<Side, readonly Trouble[]>> = {
  read: troubles.filter(({ to }) => to === "read" || to === "any"),
  write: troubles.filter(({ to }) => to === "write" || to === "any"),
  token: troubles.filter(({ to }) => to === "token"),
};

/**
 * One trouble, or two of them. Half of the second ones wait behind a retry: no single trouble shows what a
 * connector makes of it.
 */
export function drawAmbushes(chance: Chance, isReading: boolean): Ambush[] {
  const first = drawAmbush(chance, isReading);
  if (chance.is(0.4)) return [first];
  if (chance.is(0.5)) return [first, drawAmbush(chance, isReading)];
  const retried = { ...first, ...drawTrouble(chance, first.on, isTriedAgain), isLasting: false };
  const behind = { ...drawTrouble(chance, first.on), nth: 0, isLasting: false, behind: retried };
  return [retried, behind];
}

/** What a connector may answer with another try. */
function isTriedAgain({ name }: Trouble): boolean {
  return /^(503|cut|429|too many|transient|store|401|dual|sign-in)/.test(name);
}

function drawAmbush(chance: Chance, isReading: boolean): Ambush {
  const side = chance.weighted<Side>([
    [isReading ? 0 : 60, "write"],
    [isReading ? 90 : 35, "read"],
    [3, "token"],
  ]);
  return {
    ...drawTrouble(chance, side),
    nth: drawOrdinal(chance, side, isReading),
    isLasting: chance.is(0.15),
  };
}

/** Most events read three to six times and write once. */
function drawOrdinal(chance: Chance, side: Side, isReading: boolean): number {
  if (side === "read") return 1 + Math.min(chance.below(isReading ? 8 : 5), chance.below(8));
  return side === "write" && chance.is(0.15) ? 2 : 1;
}

function drawTrouble(
  chance: Chance,
  on: Side,
  isWanted: (trouble: Trouble) => boolean = () => true,
): Pick<Ambush, "trouble" | "on"> {
  const choices = bySide[on].filter(isWanted);
  const trouble = choices[chance.below(choices.length)];
  if (!trouble) throw new Error(`Nothing can go wrong with a ${on}.`);
  return { trouble, on };
}
