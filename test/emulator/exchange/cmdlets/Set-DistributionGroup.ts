import { without } from "../addresses.ts";
import { write, type Call, type Cmdlet } from "../cmdlet.ts";
import { invalidValue, noOwner, notImplemented } from "../errors.ts";
import { groupToChange, refuseOpenSecurity } from "../groups.ts";
import { asHtml } from "../html.ts";
import { addressesAfter, checkedAlias, checkedName, checkedSimpleName } from "../naming.ts";
import { textOf, type Bound } from "../parameters.ts";
import { references, type Value } from "../../properties.ts";
import { recipientValues } from "../recipients.ts";
import type { DirectoryObject } from "../../state.ts";
import { applied, covered } from "../typed.ts";
import { moment } from "../units.ts";

const special = [
  "EmailAddresses",
  "PrimarySmtpAddress",
  "WindowsEmailAddress",
  "Alias",
  "Name",
  "DisplayName",
];
const settable = [...new Set([...special, ...covered("Set-DistributionGroup")])];

/** Writes settings and returns nothing. There is no naming policy to ignore here. */
export const setDistributionGroup: Cmdlet = {
  name: "Set-DistributionGroup",
  writes: true,
  honours: [
    "Identity",
    "BypassSecurityGroupManagerCheck",
    "IgnoreNamingPolicy",
    "ForceUpgrade",
    ...settable,
  ],
  run(call) {
    const { parameters, store, now } = call;
    const given = settable.filter((name) => name in parameters);
    if (given.includes("PrimarySmtpAddress") && given.includes("WindowsEmailAddress"))
      throw notImplemented(
        "PrimarySmtpAddress and WindowsEmailAddress of Set-DistributionGroup together",
      );
    const group = groupToChange("Set-DistributionGroup", call, given[0] ?? "Identity");
    const values: Record<string, Value> = {};
    for (const name of given)
      Object.assign(values, valuesOf(name, parameters[name] ?? null, group, call));
    const after = (name: string): Value => values[name] ?? store.property(group, name);
    if (given.includes("ManagedBy") && (after("ManagedBy") as string[]).length === 0)
      throw noOwner();
    if (
      given.includes("ModerationEnabled") &&
      after("ModerationEnabled") === true &&
      (after("ModeratedBy") as string[]).length === 0
    )
      throw invalidValue("ModeratedBy can't be empty when ModerationEnabled is true.");
    refuseOpenSecurity({ RecipientTypeDetails: String(group["RecipientTypeDetails"]), ...values });
    const { addressReleaseMs: release } = store.state.behaviour;
    if (release > 0 && Array.isArray(values["EmailAddresses"]))
      store.keepAway(
        without(store.property(group, "EmailAddresses") as string[], values["EmailAddresses"]),
        group,
        now + release,
      );
    return write(store, group, values, { WhenChanged: moment(now).replace("Z", "+00:00") });
  },
};

/** What one parameter does to the stored properties. */
function valuesOf(
  name: string,
  given: Bound,
  group: DirectoryObject,
  { parameters, store }: Call,
): Record<string, Value> {
  const current = store.property(group, name);
  switch (name) {
    case "EmailAddresses":
    case "PrimarySmtpAddress":
    case "WindowsEmailAddress":
      return {
        EmailAddresses: addressesAfter(
          group,
          parameters["EmailAddresses"],
          parameters["PrimarySmtpAddress"] ?? parameters["WindowsEmailAddress"],
          store,
        ),
      };
    case "Alias":
      return { Alias: checkedAlias(given, group, store) };
    case "DisplayName":
    case "Name":
      return { [name]: checkedName(name, given, group, store) };
    case "SimpleDisplayName":
      return { SimpleDisplayName: checkedSimpleName(given) };
    case "MailTip":
      return { MailTip: textOf(given) === "" ? null : asHtml(textOf(given)) };
    default:
      return references.has(name)
        ? recipientValues(name, given, current, store)
        : { [name]: applied(name, given, current) };
  }
}
