import { Fault } from "../fault.ts";
import {
  contactForms,
  contactKinds,
  contactLookup,
  contactMethodsOf,
  contactRemoval,
  contactSetting,
  contactValueFrom,
  hasContactValue,
  removingContact,
  settingContact,
  shownContact,
  type ContactMethod,
} from "../graph/contactMethod.ts";
import { methodList, methodsOfAll, type MethodKind } from "../graph/methodHolders.ts";
import { confirmedList } from "../graph/ownedList.ts";
import { operations, type GraphTarget } from "../graph/target.ts";
import {
  creatingPass,
  passCreation,
  passesOf,
  passLookup,
  passNotReturned,
  passRemoval,
  removingPass,
} from "../graph/temporaryAccessPass.ts";
import { nameOf, userById, type User } from "../graph/user.ts";
import type {
  Holders,
  Permission,
  PermissionInput,
  PermissionResult,
  ReadingInput,
} from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";
import {
  listedOptions,
  optionFor,
  optionsFile,
  type ContactOption,
  type MethodOption,
  type PassOption,
} from "./authenticationMethodOptions.ts";
import { HolderBatches } from "./holderBatches.ts";
import { ImportFailures } from "./importFailures.ts";

const lookup = [contactLookup, passLookup] as const;
export const listNeeds: Needs<GraphTarget> = { graph: operations() };
export const grantNeeds: Needs<GraphTarget> = {
  graph: operations(...lookup, contactSetting, passCreation),
};
export const revokeNeeds: Needs<GraphTarget> = {
  graph: operations(...lookup, contactRemoval, passRemoval),
};
export const importNeeds: Needs<GraphTarget> = { graph: operations(methodList) };

type Input = PermissionInput<GraphTarget>;

const methodKinds: readonly MethodKind[] = [...contactKinds, "temporaryAccessPass"];

/** The references and names of HelloID's connector for Entra ID and Exchange Online, which has no passes. */
function methodPermission(kind: MethodKind): Permission {
  if (kind === "temporaryAccessPass")
    return { identification: { Type: kind }, name: "Temporary Access Pass" };
  const { id } = contactForms[kind];
  if (kind === "email")
    return { identification: { Reference: id }, name: "email authentication method - email" };
  return {
    identification: { Reference: id, Type: kind },
    name: `phone authentication method - ${kind}`,
  };
}

/** Every authentication method of options.json. */
// eslint-disable-next-line @typescript-eslint/require-await -- a list is a stream, even when it comes from a file
export async function* methodPermissions(): AsyncGenerator<Permission, void, undefined> {
  for (const { kind } of listedOptions()) yield methodPermission(kind);
}

/**
 * The option that a reference means. HelloID's connectors have the kind in members of different names, by its ID or by
 * its name.
 */
function optionOf({ permission }: Pick<Input, "permission">): MethodOption {
  const texts = ["Reference", "Type", "Id", "Name"].map((name) => permission(name).toLowerCase());
  const [kind, ...others] = methodKinds.filter((one) =>
    namesOf(one).some((name) => texts.includes(name.toLowerCase())),
  );
  if (kind && others.length === 0) return optionFor(kind);
  throw Fault.invalid(
    `The permission reference names ${kind ? [kind, ...others].join(" and ") : "no authentication method"}; ` +
      `expected one of ${methodKinds.join(", ")} in Type, or its ID in Reference.`,
  );
}

function namesOf(kind: MethodKind): string[] {
  return kind === "temporaryAccessPass" ? [kind] : [kind, contactForms[kind].id];
}

/** Gives the user the method. Only what differs is changed. */
export async function grantMethod(input: Input): Promise<PermissionResult> {
  const option = optionOf(input);
  const user = await input.read(userById(input.accountReference));
  return option.kind === "temporaryAccessPass"
    ? await grantPass(option, user, input)
    : await grantContact(option, user, input);
}

async function grantContact(
  option: ContactOption,
  user: User,
  input: Input,
): Promise<PermissionResult> {
  const { kind, onlySetWhenEmpty } = option;
  const { title } = contactForms[kind];
  const methods = await input.read(contactMethodsOf(user, kind));
  const present = methods.find((one) => one.kind === kind);
  if (present && onlySetWhenEmpty)
    return kept(
      `${nameOf(user)} already has ${title} ${shownContact(present)} for sign-in, and it is not overwritten ` +
        "(OnlySetWhenEmpty).",
    );
  const wanted = await wantedMethod(option, input);
  if (hasContactValue(present, wanted.value))
    return kept(`${nameOf(user)} already has ${title} ${shownContact(wanted)} for sign-in.`);
  // Documented; the service's own words are not.
  if (kind === "alternateMobile" && !methods.some((one) => one.kind === "mobile"))
    throw Fault.invalid(
      `${nameOf(user)} has no mobile phone for sign-in, without which there is no alternate one; grant mobile first.`,
    );
  await input.change(
    settingContact(user, wanted, { before: present, overwrites: !onlySetWhenEmpty }),
  );
  return {};
}

/** The value in the field of the person. It is personal data, so that a message has no more than its end. */
async function wantedMethod(
  { kind, personField, country }: ContactOption,
  input: Pick<Input, "personField">,
): Promise<ContactMethod> {
  const text = input.personField(personField);
  const where = `The field ${personField} of the person`;
  const expected =
    kind === "email"
      ? "an e-mail address"
      : `a phone number with its country code${country ? `, or one of ${country}` : ""}`;
  if (text === "") throw Fault.invalid(`${where} is empty; ${kind} needs ${expected}.`);
  const value = await contactValueFrom(kind, text, country);
  if (value !== undefined) return { kind, value };
  throw Fault.invalid(
    `${where} has ${text.length} characters ending in ${JSON.stringify(text.slice(-2))}; expected ${expected}.`,
  );
}

async function grantPass(option: PassOption, user: User, input: Input): Promise<PermissionResult> {
  const passes = await input.read(passesOf(user));
  if (!option.replacesExisting && passes.some(({ isUsable }) => isUsable))
    throw Fault.invalid(
      `${nameOf(user)} has a Temporary Access Pass that can still be used, and no one can read its value again; ` +
        "revoke it first, or let ReplaceExisting be true.",
    );
  const creation = creatingPass(user, option, passes);
  if ((await input.change(creation.step)) === "planned") return {};
  const temporaryAccessPass = creation.created();
  if (temporaryAccessPass === undefined) throw passNotReturned(user);
  return { data: { temporaryAccessPass } };
}

/** Removes the method, unless the option leaves it. A revoke succeeds only when the user no longer has it. */
export async function revokeMethod(input: Input): Promise<PermissionResult> {
  const option = optionOf(input);
  const user = await input.read(userById(input.accountReference));
  return option.kind === "temporaryAccessPass"
    ? await revokePass(option, user, input)
    : await revokeContact(option, user, input);
}

async function revokeContact(
  { kind, removesOnRevoke }: ContactOption,
  user: User,
  input: Input,
): Promise<PermissionResult> {
  const { title } = contactForms[kind];
  const methods = await input.read(contactMethodsOf(user, kind));
  const present = methods.find((one) => one.kind === kind);
  if (!removesOnRevoke && present) return kept(staying(`${title} ${shownContact(present)}`, user));
  if (!removesOnRevoke) return kept(`${nameOf(user)} has no ${title} for sign-in.`);
  // Documented; the service's own words are not.
  if (kind === "mobile" && methods.some((one) => one.kind === "alternateMobile"))
    throw Fault.invalid(
      `${nameOf(user)} has an alternate mobile phone for sign-in, which needs the mobile phone; revoke ` +
        "alternateMobile first.",
    );
  await input.change(removingContact(user, kind, present));
  return {};
}

async function revokePass(
  { removesOnRevoke }: PassOption,
  user: User,
  input: Input,
): Promise<PermissionResult> {
  // A pass has no ID before it is seen, so nothing can be sent for one that a replica does not show: an empty list is
  // all the evidence there is, and gets a look more than the one after a removal.
  const passes = await input.read(confirmedList(passesOf(user), 3));
  if (passes.length === 0) return kept(`${nameOf(user)} has no Temporary Access Pass.`);
  if (!removesOnRevoke) return kept(staying("Temporary Access Pass", user));
  for (const pass of passes) await input.change(removingPass(user, pass));
  return {};
}

function staying(what: string, user: User): string {
  return `${nameOf(user)} keeps ${what}: RemoveWhenRevokingEntitlement is false in ${optionsFile}.`;
}

function kept(Message: string): PermissionResult {
  return { audit: [{ Message }] };
}

/** The users who have the methods of options.json, as they arrive, whoever registered them. */
export async function* methodHolders({
  stream,
}: Pick<ReadingInput<GraphTarget>, "stream">): AsyncGenerator<Holders, void, undefined> {
  const kinds = listedOptions().map(({ kind }) => kind);
  if (kinds.length === 0) return;
  const batches = new HolderBatches(
    kinds.map((kind) => ({
      option: kind,
      permission: methodPermission(kind),
      description: kind,
    })),
  );
  const failures = new ImportFailures("user", "users");
  let isRead = false;
  for await (const one of stream(methodsOfAll(kinds))) {
    if ("fault" in one) {
      // Without the permission, every other read would be refused as well.
      if (one.fault.kind === "denied" && !isRead) throw one.fault;
      failures.add(nameOf(one.user), one.fault);
      continue;
    }
    isRead = true;
    for (const kind of one.kinds) yield* batches.add(kind, one.user.id);
  }
  yield* batches.rest();
  failures.throwIfAny();
}
