/** Parameters that name other recipients: stored as GUIDs, accepted in any form of identity. */
import { ambiguous, duplicatedRecipient, invalidValue, notFound } from "./errors.ts";
import { isDelta, textOf, type Bound } from "./parameters.ts";
import type { Value } from "../properties.ts";
import type { DirectoryObject } from "../state.ts";
import { fold, isMailbox, isSoftDeleted, type Store } from "../store.ts";

const isGroup = (object: DirectoryObject): boolean =>
  /Group$|^RoomList$/.test(String(object["RecipientTypeDetails"]));
const isRecipient = (object: DirectoryObject): boolean =>
  object["RecipientTypeDetails"] !== "User" && !isSoftDeleted(object);
const maySendOnBehalf = (object: DirectoryObject): boolean =>
  isMailbox(object) ||
  /MailUser$|^MailUniversalSecurityGroup$/.test(String(object["RecipientTypeDetails"]));

/** The kind of recipient that each parameter takes (documented; all others take any recipient). */
const kinds: Record<string, (object: DirectoryObject) => boolean> = {
  GrantSendOnBehalfTo: maySendOnBehalf,
  Members: (object) => object["RecipientTypeDetails"] !== "GroupMailbox",
  AcceptMessagesOnlyFrom: (object) => !isGroup(object),
  AcceptMessagesOnlyFromDLMembers: isGroup,
  RejectMessagesFrom: (object) => !isGroup(object),
  RejectMessagesFromDLMembers: isGroup,
};

/** What a parameter that names one or several recipients does to the stored properties. */
export function recipientValues(
  name: string,
  given: Bound,
  current: Value,
  store: Store,
): Record<string, Value> {
  const one = (identity: string): string => resolved(name, identity, store);
  if (!Array.isArray(current)) return { [name]: textOf(given) === "" ? null : one(textOf(given)) };
  if (isDelta(given)) {
    const gone = given.remove.map(one);
    const kept = current.filter((guid) => !gone.includes(guid));
    return { [name]: [...new Set([...kept, ...given.add.map(one)])] };
  }
  const guids: string[] = [];
  for (const identity of Array.isArray(given) ? given : []) {
    const guid = one(identity);
    if (guids.includes(guid)) throw duplicatedRecipient(name, identity);
    guids.push(guid);
  }
  return spread(name, guids, store);
}

/** `...SendersOrMembers` is two properties in one (documented): people, and groups. */
function spread(name: string, guids: string[], store: Store): Record<string, Value> {
  if (!/^(Accept|Reject).*SendersOrMembers$/.test(name)) return { [name]: guids };
  const stem = name.slice(0, name.indexOf("SendersOrMembers"));
  const group = (guid: string): boolean => isGroup(store.byGuid(guid) ?? {});
  return {
    [stem]: guids.filter((guid) => !group(guid)),
    [`${stem}DLMembers`]: guids.filter(group),
  };
}

function resolved(parameter: string, identity: string, store: Store): string {
  const found = store.find(identity).filter(isRecipient);
  const [first] = found;
  if (!first) throw notFound(identity);
  if (found.length > 1) throw ambiguous(identity, store.state.behaviour.ambiguity);
  if (kinds[parameter]?.(first) === false)
    throw invalidValue(
      `The recipient "${fold(identity)}" has the wrong type for the parameter ${parameter}.`,
    );
  return String(first["Guid"]);
}
