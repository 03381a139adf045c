/** Faults to plant in what gives people accounts of Entra ID, licences and authentication methods. */
import type { Faults } from "./fault.ts";

const methods = ["test/permissions/authenticationMethods.test.ts"];
const passes = ["test/permissions/temporaryAccessPass.test.ts"];
const licences = ["test/permissions/licences.test.ts"];
const creation = ["test/lifecycle/entra/create.test.ts"];
const changes = ["test/lifecycle/entra/change.test.ts"];

export const entraFaults: readonly Faults[] = [
  {
    file: "lib/entitlements/authenticationMethods.ts",
    tests: methods,
    faults: [
      {
        find: "if (present && onlySetWhenEmpty)",
        replace: "if (false)",
        why: "A phone that the user registered would be overwritten.",
      },
      {
        find: 'if (kind === "alternateMobile" && !methods.some((one) => one.kind === "mobile"))',
        replace: "if (false)",
        why: "The grant would end with a refusal that says nothing of the mobile phone.",
      },
      {
        find: 'if (kind === "mobile" && methods.some((one) => one.kind === "alternateMobile"))',
        replace: "if (false)",
        why: "The revoke would end with a refusal that says nothing of the alternate phone.",
      },
      {
        find: "await input.change(removingContact(user, kind, present));",
        replace: "if (present) await input.change(removingContact(user, kind, present));",
        why: "A phone that a replica does not show yet would stay after a revoke.",
      },
      {
        find: "confirmedList(passesOf(user), 3)",
        replace: "confirmedList(passesOf(user), 1)",
        tests: passes,
        why: "A pass would stay after a revoke when one replica does not show it.",
      },
      {
        find: "if (temporaryAccessPass === undefined) throw passNotReturned(user);",
        replace: "",
        tests: passes,
        why: "A grant would succeed with a pass that no one knows.",
      },
      {
        find: "for (const pass of passes) await input.change(removingPass(user, pass));",
        replace: "",
        tests: passes,
        why: "A pass would stay after a revoke.",
      },
      {
        find: "yield* batches.rest();",
        replace: "",
        tests: ["test/permissions/methodsImport.test.ts"],
        why: "An import would lose its last holders.",
      },
      {
        find: "failures.throwIfAny();",
        replace: "",
        tests: ["test/permissions/methodsImport.test.ts"],
        why: "An import that lacks users would look complete.",
      },
    ],
  },
  {
    file: "lib/graph/contactMethod.ts",
    tests: methods,
    faults: [
      {
        find: "visible === undefined ? shown === wanted : wanted.endsWith(visible)",
        replace: "shown === wanted",
        why: "A masked number would never be recognised, and be sent again and again.",
      },
      {
        find: "return found.value.toLowerCase() === value.toLowerCase();",
        replace: "return true;",
        why: "A new e-mail address would not be set.",
      },
      {
        find: "return overwrites ? hasContactValue(found, value) : found !== undefined;",
        replace: "return true;",
        why: "A phone that was not set would be a success.",
      },
      {
        find: "isInEffect: isGoneFrom(contactMethodsOf(user, kind), (one) => one.kind === kind),",
        replace: "isInEffect: () => Promise.resolve(true),",
        why: "A phone would stay after a revoke that Graph only accepted.",
      },
      {
        find: 'if (value === "")',
        replace: "if (false)",
        why: "A phone without a number would be taken for one.",
      },
    ],
  },
  {
    file: "lib/graph/temporaryAccessPass.ts",
    tests: passes,
    faults: [
      {
        find: "if (/^disabledByPolicy$/i.test(reason))",
        replace: "if (false)",
        why: "A pass that cannot be used would be handed out.",
      },
      {
        find: 'secretAnswer: ["temporaryAccessPass"],',
        replace: "",
        why: "The pass could be in a log.",
      },
      {
        find: "created !== undefined &&\n        (await passesOf(user)(targets)).some(({ id }) => id === created?.id),",
        replace: "created !== undefined,",
        why: "A pass that does not exist would be handed out.",
      },
      {
        find: "isInEffect: isGoneFrom(passesOf(user), (one) => one.id === id),",
        replace: "isInEffect: () => Promise.resolve(true),",
        why: "A pass would stay after a revoke that Graph only accepted.",
      },
    ],
  },
  {
    file: "lib/graph/ownedList.ts",
    tests: [...methods, ...passes],
    faults: [
      {
        find: "if (items.length > 0 || looks === 1) return items;",
        replace: "return items;",
        why: "One empty list would be proof that something is gone.",
      },
      {
        find: 'fault.kind === "missing" ? await owner(targets).then(() => fault, Fault.of) : fault;',
        replace: "fault;",
        why: "One answer would be proof that a user is gone.",
      },
    ],
  },
  {
    file: "lib/entitlements/licences.ts",
    tests: licences,
    faults: [
      {
        find: "if (!sku) throw notSubscribed(found);",
        replace: "if (!sku) return { audit: [] };",
        why: "A grant of a licence that the tenant does not have would succeed.",
      },
      {
        find: "assertUsageLocation(user, nameOf(user), sku);",
        replace: "",
        why: "The refusal for a missing country would not say what to do.",
      },
      {
        find: "if (direct ?? (await input.read(directNow(user, { skuId }))))",
        replace: "if (direct)",
        why: "A revoke would succeed with a licence that a replica does not show yet.",
      },
      {
        find: "if (!direct && groups.length > 0)",
        replace: "if (false)",
        why: "A revoke of a licence that a group assigns would send a request in vain.",
      },
      {
        find: "return { audit, faults: [stays] };",
        replace: "return { audit };",
        why: "A revoke would succeed although a group still assigns the licence.",
      },
      {
        find: "if (group !== undefined) inherited++;",
        replace: "if (false) inherited++;",
        why: "An import would have licences that groups assign, which no revoke takes away.",
      },
      {
        find: "failures.throwIfAny();",
        replace: "",
        why: "An import that lacks users would look complete.",
      },
    ],
  },
  {
    file: "lib/graph/licence.ts",
    tests: licences,
    faults: [
      {
        find: "if (!Array.isArray(states) || !states.every(isRecord))",
        replace: "if (!Array.isArray(states)) return [];\n  if (!states.every(isRecord))",
        why: "A user whose licences were not returned would have none.",
      },
      {
        find: "one.skuId === skuId && one.group === undefined",
        replace: "one.skuId === skuId",
        why: "A licence through a group would count as a direct one.",
      },
      {
        find: "if (!found?.isEffective) return false;",
        replace: "if (!found) return false;",
        why: "A licence that Entra ID could not assign would be a success.",
      },
      {
        find: "isInEffect: async (targets) => (await direct(targets)) === undefined,",
        replace: "isInEffect: () => Promise.resolve(true),",
        why: "A licence would stay after a revoke that Graph only accepted.",
      },
      {
        find: "isInEffect: async (targets) => isSame(await directNow(user, sku)(targets), disabledPlans),",
        replace: "isInEffect: () => Promise.resolve(true),",
        why: "A licence that was not assigned would be a success.",
      },
    ],
  },
  {
    file: "lib/accounts/entraCreation.ts",
    tests: creation,
    faults: [
      {
        find: "if (mapped.toLowerCase() !== value.toLowerCase())",
        replace: "if (false)",
        why: "A later run would not find the user, and create a second one.",
      },
      {
        find: "return { accountEnabled: false, ...values, [property]: mapped };",
        replace: "return { ...values, [property]: mapped };",
        why: "A new user could sign in before the first day.",
      },
      {
        find: "recover: (fault) => read(confirm(fault))",
        replace: "recover: (fault) => Promise.reject(fault)",
        why: "A user whose answer was lost would not be found by the same run.",
      },
      {
        find: 'if (Fault.of(thrown).kind !== "notReady") throw thrown;',
        replace: "throw thrown;",
        why: "A mailbox that cannot be found for a moment would end the event.",
      },
      {
        find: "if (settings.length === 0 || CorrelateOnly) return undefined;",
        replace: "if (settings.length === 0) return undefined;",
        why: "Correlate only would change a mailbox.",
      },
    ],
  },
  {
    file: "lib/accounts/entraLicence.ts",
    tests: creation,
    faults: [
      {
        find: "if (!hasIt) {",
        replace: "{",
        why: "A licence that a group assigns would be assigned directly as well.",
      },
      {
        find: "if (Array.isArray(assignedLicenses) && assignedLicenses.length > 0) return found;",
        replace: "return found;",
        why: "A user would be added to a group that assigns no licence.",
      },
      {
        find: "assertChangeable(found);",
        replace: "",
        why: "The member of a dynamic or synchronised group would be added in vain.",
      },
      {
        find: "if (!wasMember) await change(addingMember(group, user, false));",
        replace: "",
        why: "A user would not get the group that assigns the licence.",
      },
    ],
  },
  {
    file: "lib/graph/userChange.ts",
    tests: [...changes, "test/lifecycle/entra/mastery.test.ts"],
    faults: [
      {
        find: "if (current === undefined)",
        replace: "if (false)",
        why: "A property that was not read would be overwritten without a comparison.",
        equivalent:
          "A second lock: userById refuses an answer without a property that was asked for.",
      },
      {
        find: "if (value === null && userProperties[name]?.isNeverEmpty)",
        replace: "if (false)",
        why: "A user could be left without a name.",
        equivalent:
          "A second lock: a field without a value is left out where a property needs one.",
      },
      {
        find: "if (refused) throw refused;",
        replace: "",
        why: "A property that Active Directory masters would be a success.",
      },
      {
        find: 'return isSensitive ? "sensitive" : "profile";',
        replace: 'return "profile";',
        why: "The refusal of a phone number would leave the whole profile unchanged.",
      },
      {
        find: "return { ...whole, ...Object.fromEntries(own) };",
        replace: "return Object.fromEntries(own);",
        why: "A new cost centre would clear the division.",
      },
      {
        find: "return read[sessionsValidFrom] !== before || isDisabled;",
        replace: "return true;",
        why: "Sessions would go on after a disable that Graph only accepted.",
      },
    ],
  },
  {
    file: "lib/graph/userCreation.ts",
    tests: creation,
    faults: [
      {
        find: "if (hasValue(object, [property], value)) return userOf(object);",
        replace: "return userOf(object);",
        why: "A person would get the account of a namesake.",
      },
      {
        find: "secrets: [passwordProfile.password],",
        replace: "",
        why: "The password of a new user could be in a log.",
      },
      {
        find: 'if (isRefusal(fault) && fault.kind !== "taken") throw fault;',
        replace: "if (isRefusal(fault)) throw fault;",
        why: "A user that an earlier run created would be reported as a taken name.",
      },
    ],
  },
];
