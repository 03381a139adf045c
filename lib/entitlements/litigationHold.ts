import shipped from "../../permissions/litigationHold/options.json" with { type: "json" };
import { holdDurationFrom } from "../exchange/litigationHold.ts";
import type { LitigationHoldOption } from "../generated/types.ts";
import { litigationHoldOptions } from "../generated/validators/litigationHoldOptions.ts";
import type { Permission } from "../host/permissionActions.ts";
import { optionsIn } from "./options.ts";

/** The listed durations. */
export function listedOptions(data: unknown = shipped): LitigationHoldOption[] {
  return optionsIn(
    "permissions/litigationHold/options.json",
    litigationHoldOptions,
    data,
    ({ Duration }) => String(holdDurationFrom(Duration)),
  );
}

/** Existing installations have stored references with the duration as a number. */
export function holdPermission({ Id, DisplayName, Duration }: LitigationHoldOption): Permission {
  return { identification: { Id, Duration: holdDurationFrom(Duration) }, name: DisplayName };
}
