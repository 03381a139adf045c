import schema from "../../schemas/configuration.schema.json" with { type: "json" };
import { runCase, type Conditions, type Tenancy } from "./case.ts";
import { emulated } from "./emulated.ts";
import { fakeExchange } from "./fake/exchange.ts";
import type { Product } from "./product.ts";
import type { KnownSettings } from "./scenario.ts";
import { Tally, type Summary } from "./tally.ts";

/** What a campaign can be run on. */
export const tenants: Readonly<Record<string, Tenancy>> = {
  fake: fakeExchange,
  emulator: emulated,
};

export const known: KnownSettings = {
  confirmRevokes: "ConfirmRevokes" in schema.properties,
};

export interface Campaign {
  product: Product;
  tenant: string;
  seed: number;
  runs: number;
  only?: string | undefined;
  /** Called after each run. */
  onRun?: () => void;
  /** Ends it early. */
  isEnough?: (summary: Summary) => boolean;
}

export function conditionsOf({
  product,
  tenant,
  only,
}: Pick<Campaign, "product" | "tenant" | "only">): Conditions {
  const tenancy = tenants[tenant];
  if (!tenancy) throw new Error(`There is no tenant "${tenant}".`);
  return { product, tenancy, known, ...(only === undefined ? {} : { only }) };
}

/** Runs a whole campaign; every case is drawn from the seed and its own number. */
export async function runCampaign(campaign: Campaign): Promise<Summary> {
  const { tenant, seed, runs, only, isEnough = () => false, onRun } = campaign;
  const conditions = conditionsOf(campaign);
  // Nobody reads where an error came from in a hundred thousand runs; a replay shows it.
  Error.stackTraceLimit = 0;
  const tally = new Tally(tenant, seed);
  for (let index = 0; index < runs && !isEnough(tally.summary); index++) {
    const report = await runCase(seed, index, conditions);
    tally.add(report, replayCommand({ tenant, seed, index, only }));
    onRun?.();
  }
  return tally.end();
}

function replayCommand({
  tenant,
  seed,
  index,
  only,
}: Pick<Campaign, "tenant" | "seed" | "only"> & { index: number }): string {
  const others = `${tenant === "fake" ? "" : ` --tenant ${tenant}`}${only === undefined ? "" : ` --only ${only}`}`;
  return `npm run campaign -- --replay ${seed}/${index}${others}`;
}
