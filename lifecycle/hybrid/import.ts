import { fieldsOf } from "../../lib/accounts/hybrid.ts";
import { operations } from "../../lib/activeDirectory/target.ts";
import { allUsers, userLookup } from "../../lib/activeDirectory/user.ts";
import { isEnabled } from "../../lib/activeDirectory/userChange.ts";
import { attributesAmong, readableAttributes } from "../../lib/activeDirectory/userValues.ts";
import { onImport } from "../../lib/host/importAction.ts";
import { shown } from "../../lib/mappedValues.ts";

/**
 * Imports every user below the base DN. An account is enabled if its user is, and never when persons are only
 * correlated.
 */
export default onImport({
  needs: { activeDirectory: operations(userLookup(...readableAttributes)) },
  configuration: ["CorrelateOnly"],
  handle: async function* ({ importFields, configuration, stream, log }) {
    const unknown = importFields.filter(
      (field) => field !== "organizationalUnit" && attributesAmong([field]).length === 0,
    );
    if (unknown.length > 0)
      log(
        "warning",
        `Accounts have no attribute ${unknown.join(", ")}: they are imported without a value.`,
      );
    for await (const user of stream(allUsers(attributesAmong(importFields)))) {
      const { id, displayName, userPrincipalName, sAMAccountName } = user;
      yield {
        accountReference: id,
        displayName: shown(displayName),
        userName: shown(userPrincipalName) || shown(sAMAccountName),
        enabled: configuration.CorrelateOnly !== true && isEnabled(user),
        account: fieldsOf(user),
      };
    }
  },
});
