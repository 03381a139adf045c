import type { Entry } from "./catalogue.ts";

/** Licences: assigning and removing them. */
export const licences: readonly Entry[] = [
  {
    outcome: "invalid",
    why: "The user has no usage location, without which Entra ID assigns no licence. Nothing was sent.",
    mend: "Map `usageLocation` for Create and Update (the country as two letters), and retry.",
    of: ["has no usageLocation, so licence"],
  },
  {
    outcome: "invalid",
    why:
      "`permissions/licences/options.json` does not fit the licence, or its service plans do not fit what the " +
      "user has.",
    mend: "Correct the option that the message names, or revoke the other licence; then retry.",
    of: ["which is not a service plan of licence", "need or exclude others"],
  },
  {
    outcome: "invalid",
    why: "A group assigns the licence, so the user keeps it.",
    mend: "End the membership of the group that the message names, or revoke its entitlement; then retry.",
    of: ["not directly: end the membership instead", "end the membership, too"],
  },
  {
    outcome: "invalid",
    why: "The mailbox is on litigation hold and would be lost with the licence. Nothing was changed.",
    mend: "End the hold, or assign another licence with Exchange Online; then retry.",
    of: ["is on litigation hold, and goes with the Exchange Online plan"],
  },
  {
    outcome: "invalid",
    why: "Create cannot assign the licence that is mapped, so no user was created.",
    mend: "Correct the mapping of `license.skuPartNumber` or `license.group`, or the group itself.",
    of: [
      "license.skuPartNumber is mapped with",
      "license.group is mapped with group",
      "… is mapped with …, but no group has this ….",
    ],
  },
  {
    outcome: "ambiguous",
    why: "Several groups have the display name that is mapped in `license.group`.",
    mend: "Map the object ID of the group instead.",
    of: ["… is mapped with …, and … groups have this …; expected one, or its object ID."],
  },
  {
    outcome: "notLicensed",
    why: "Every seat of the licence is taken.",
    mend: "Buy seats, or take the licence from someone; then retry.",
    of: ["has no free seat"],
  },
  {
    outcome: "gone",
    why: "The tenant no longer subscribes to the licence. Of a revoke it is a success: nobody has it.",
    mend: "List the permissions again, and take the licence out of the business rules.",
    of: ["has no subscription for licence"],
  },
];
