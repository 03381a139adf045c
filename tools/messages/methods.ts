import type { Entry } from "./catalogue.ts";

/** Authentication methods: phones, e-mail addresses and Temporary Access Passes. */
export const methods: readonly Entry[] = [
  {
    outcome: "invalid",
    why:
      "An option of `permissions/authenticationMethods/options.json` lacks a member, or has one that is for another " +
      "method.",
    mend: "Correct the option that the message names, and build the bundles again.",
    of: ["is missing; … needs it", "is not for …; expected only"],
  },
  {
    outcome: "invalid",
    why: "The reference of the entitlement names no authentication method, or two of them.",
    mend: "List the permissions again, and use one of them in the business rule.",
    of: ["expected one of … in Type, or its ID in Reference"],
  },
  {
    outcome: "invalid",
    why:
      "The person has no value for the phone or the e-mail address, or one that cannot be understood. Nothing was " +
      "sent.",
    mend:
      "Correct the field of the person that the message names, or `PersonField` or `Country` of the option; then " +
      "retry. The message has only the end of the value, because it is personal data.",
    of: ["is empty; … needs", "characters ending in"],
  },
  {
    outcome: "invalid",
    why: "Entra ID has an alternate mobile phone only together with a mobile phone. Nothing was sent.",
    mend:
      "Grant `mobile` before `alternateMobile`, and revoke `alternateMobile` before `mobile`; the next run does the " +
      "rest.",
    of: ["without which there is no alternate one", "which needs the mobile phone"],
  },
  {
    outcome: "invalid",
    why:
      "The user has a Temporary Access Pass that was not created by this grant, and the option says not to replace " +
      "it.",
    mend: "Revoke the pass, wait until it expires, or set `ReplaceExisting` to true.",
    of: ["no one can read its value again"],
  },
  {
    outcome: "forbidden",
    why: "The policy of the tenant does not allow the user to sign in with a Temporary Access Pass.",
    mend:
      "Allow it in Entra ID under _Authentication methods_ > _Policies_ for the users that business rules give a " +
      "pass.",
    of: ["was created, and cannot be used"],
  },
];
