/**
 * A domain of Active Directory in memory: its users, groups and organisational units, and what a controller answers
 * about them. The same requests to a controller of Samba have the same answers (test/activeDirectory/domain.test.ts);
 * where Windows differs from Samba, it does as Windows does, and says so. It knows what the connector sends, and no
 * more: no access lists but the places where an account may write, no replication. Of the other domains of its forest
 * (`join`) it knows the names of their objects, which can be links, and their accounts, which can sign in.
 */
import { randomUUID } from "node:crypto";
import { matches } from "./filter.ts";
import type { Answer, Request } from "./ldapDouble.ts";
import { folded, keyOf, nameOf, partsOf, type Part } from "./names.ts";

/** An object to begin with. The values are texts; those of `member` and `manager` are names. */
export interface NewObject {
  dn: string;
  objectClass: "organizationalUnit" | "user" | "group" | "contact";
  values?: Readonly<Record<string, string | readonly string[]>>;
  /** Of a user that can sign in. */
  password?: string;
}

export interface DomainSettings {
  /** Such as `DC=example,DC=test`. */
  baseDn: string;
  /** Of a password, in characters. */
  minPwdLength?: number;
  /**
   * The places below which an account, by its sAMAccountName, may create, change, move and delete users and change the
   * members of groups, as docs/hybrid.md delegates it. Others may only read.
   */
  delegated?: Readonly<Record<string, string>>;
  /** The sAMAccountNames of those who may write everywhere, and see deleted objects. */
  administrators?: readonly string[];
  /** The sAMAccountNames of others who see deleted objects. */
  deletedShownTo?: readonly string[];
  objects?: readonly NewObject[];
  /** The setup of Exchange Server never extended the schema. */
  hasNoExchange?: boolean;
  /** The objectGUIDs of new objects. Default: random ones. */
  newId?: () => string;
}

interface DirectoryObject {
  guid: string;
  /** The last part of its security identifier, which the domain gives it. */
  rid: number;
  parts: Part[];
  isDeleted: boolean;
  /** By the name of the attribute in lower case. Links are the objectGUIDs of their objects. */
  values: Map<string, Buffer[]>;
  password: string | undefined;
}

/** A refusal: the result code of LDAP, and the Windows error that Active Directory has in its text. */
class Refusal extends Error {
  readonly result: number;

  constructor(result: number, text: string) {
    super(text);
    this.result = result;
  }
}

const classes: Readonly<Record<string, readonly string[]>> = {
  domainDNS: ["top", "domain", "domainDNS"],
  container: ["top", "container"],
  organizationalUnit: ["top", "organizationalUnit"],
  user: ["top", "person", "organizationalPerson", "user"],
  group: ["top", "group"],
  contact: ["top", "person", "organizationalPerson", "contact"],
};
/** objectCategory by the class of an object: users and contacts have the same one. */
const categories: Readonly<Record<string, string>> = { user: "person", contact: "person" };
const links = new Set(["member", "manager", "publicdelegates"]);
const lists = new Set([
  ...["objectclass", "member", "publicdelegates"],
  ...["proxyaddresses", "othermailbox", "description"],
]);
const namingAttributes = new Set(["cn", "ou", "name", "distinguishedname", "objectguid"]);
/** The attributes that the schema allows, as far as the connector uses them. */
const schema: Readonly<Record<"user" | "group", readonly string[]>> = {
  user: [
    ...["c", "cn", "co", "company", "department", "description", "displayName", "division"],
    ...["employeeID", "employeeNumber", "employeeType", "facsimileTelephoneNumber", "givenName"],
    ...["homePhone", "info", "initials", "ipPhone", "l", "mail", "manager", "middleName", "mobile"],
    ...["pager", "physicalDeliveryOfficeName", "postalCode", "preferredLanguage", "pwdLastSet"],
    ...[
      "proxyAddresses",
      "sAMAccountName",
      "sn",
      "st",
      "streetAddress",
      "telephoneNumber",
      "title",
    ],
    ...["userAccountControl", "userPrincipalName", "wWWHomePage"],
  ],
  group: ["cn", "description", "groupType", "member", "sAMAccountName"],
};
/** What the setup of Exchange Server adds. */
const exchangeSchema = [
  ...["mailNickname", "targetAddress", "msExchHideFromAddressLists", "msExchRecipientDisplayType"],
  ...["msExchRecipientTypeDetails", "msExchRemoteRecipientType", "publicDelegates"],
  ...Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`),
];

/** Kept of a deleted object. */
const keptOfDeleted = new Set(["objectclass", "samaccountname", "useraccountcontrol", "cn"]);
const showDeleted = "1.2.840.113556.1.4.417";
const accountDisable = 2;
const enabledUser = 512;

export class Domain {
  readonly baseDn: string;
  readonly #settings: DomainSettings;
  readonly #objects = new Map<string, DirectoryObject>();
  readonly #others: Domain[] = [];
  /** Only the last page of a list has no cookie. */
  readonly #lists = new Map<string, { found: DirectoryObject[]; from: number }>();

  constructor(settings: DomainSettings) {
    this.#settings = settings;
    this.baseDn = settings.baseDn;
    const base = this.#insert(settings.baseDn, "domainDNS");
    base.values.set("minpwdlength", [Buffer.from(String(settings.minPwdLength ?? 7))]);
    this.#insert(`CN=Deleted Objects,${settings.baseDn}`, "container");
    for (const one of settings.objects ?? []) this.put(one);
  }

  /** Makes this domain and another one a forest. */
  join(other: Domain): void {
    this.#others.push(other);
    other.#others.push(this);
  }

  /** Adds an object, not through LDAP. */
  put({ dn, objectClass, values = {}, password }: NewObject): void {
    const object = this.#insert(dn, objectClass);
    object.password = password;
    for (const [name, own] of Object.entries(values))
      object.values.set(
        name.toLowerCase(),
        [own].flat().map((value) => this.#stored(name.toLowerCase(), Buffer.from(value))),
      );
    this.#complete(object);
  }

  /** The values of an attribute of the objects whose `where` has a value, not through LDAP; deleted ones have none. */
  valuesOf(where: string, value: string, attribute: string): string[] {
    return [...this.#objects.values()]
      .filter((one) => !one.isDeleted && this.#questions(one).equals(where, Buffer.from(value)))
      .flatMap((one) => this.#valuesOf(one, attribute.toLowerCase()))
      .map((bytes) => {
        if (attribute.toLowerCase() === "objectsid") return sidIn(bytes);
        return attribute.toLowerCase() === "objectguid" ? guidIn(bytes) : String(bytes);
      });
  }

  /** Every object that is not deleted with its values, not through LDAP. Links are objectGUIDs. */
  objects(): { id: string; dn: string; values: Readonly<Record<string, string[]>> }[] {
    return [...this.#objects.values()]
      .filter(({ isDeleted }) => !isDeleted)
      .map(({ guid, parts, values }) => ({
        id: guid,
        dn: nameOf(parts),
        values: Object.fromEntries([...values].map(([name, own]) => [name, own.map(String)])),
      }));
  }

  /** What a controller of the domain answers. */
  answer(request: Request): readonly Answer[] {
    try {
      if (request.kind === "bind") return [this.#signIn(request)];
      if (request.kind === "unbind" || request.kind === "other") return [];
      const account = this.#accountNamed(request.account);
      // Measured: what an operation without a sign-in gets.
      if (!account) throw new Refusal(1, "00002020: Operation unavailable without authentication");
      if (request.kind === "search") return this.#search(request, account);
      this.#change(request, account);
      return [{ result: 0 }];
    } catch (thrown) {
      if (thrown instanceof Refusal) return [{ result: thrown.result, text: thrown.message }];
      throw thrown;
    }
  }

  #insert(dn: string, objectClass: string): DirectoryObject {
    const parts = partsOf(dn);
    const object: DirectoryObject = {
      guid: (this.#settings.newId ?? randomUUID)(),
      rid: firstRid + this.#objects.size,
      parts,
      isDeleted: false,
      values: new Map([
        ["objectclass", (classes[objectClass] ?? []).map((one) => Buffer.from(one))],
      ]),
      password: undefined,
    };
    this.#objects.set(object.guid, object);
    return object;
  }

  /** What a controller adds to a new object. */
  #complete(object: DirectoryObject): void {
    if (!isUser(object)) return;
    const { values } = object;
    if (!values.has("useraccountcontrol")) values.set("useraccountcontrol", [Buffer.from("546")]);
    if (!values.has("pwdlastset")) values.set("pwdlastset", [Buffer.from("0")]);
  }

  #signIn({ dn, password }: Request): Answer {
    const refused = (data: string): Answer => ({
      result: 49,
      text: `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v4563`,
    });
    const account = this.#accountNamed(dn);
    if (!account || password === "" || account.password !== password) return refused("52e");
    if ((this.#numberOf(account, "useraccountcontrol") & accountDisable) !== 0)
      return refused("533");
    if (this.#numberOf(account, "pwdlastset") === 0) return refused("773");
    return { result: 0 };
  }

  /** The account by its user principal name, its name or DOMAIN\name. */
  #accountNamed(name: string): DirectoryObject | undefined {
    const plain = name.replace(/^[^\\@=]+\\/, "");
    const known = [this, ...this.#others].flatMap((domain) => [...domain.#objects.values()]);
    return known.find(
      (one) =>
        !one.isDeleted &&
        [...this.#valuesOf(one, "userprincipalname"), ...this.#valuesOf(one, "samaccountname")]
          .map((value) => folded(String(value)))
          .concat(folded(nameOf(one.parts)))
          .includes(folded(plain)),
    );
  }

  #numberOf(object: DirectoryObject, attribute: string): number {
    return Number(String(object.values.get(attribute)?.[0] ?? 0));
  }

  #isAdministrator(account: DirectoryObject): boolean {
    return isAmong(this.#settings.administrators, account);
  }

  #seesDeleted(account: DirectoryObject): boolean {
    return this.#isAdministrator(account) || isAmong(this.#settings.deletedShownTo, account);
  }

  /** Throws a refusal unless the account may write this to an object of this class, at this place. */
  #assertMayWrite(
    account: DirectoryObject,
    { place, isUser, isMembersOnly = false }: Writing,
  ): void {
    if (this.#isAdministrator(account)) return;
    const delegated = this.#settings.delegated?.[String(account.values.get("samaccountname")?.[0])];
    const isThere = delegated !== undefined && isAtOrBelow(place, partsOf(delegated));
    if (isThere && (isUser || isMembersOnly)) return;
    throw new Refusal(50, "00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS)");
  }

  /** The object that a request names. Throws a refusal when there is none that the account can see. */
  #objectAt(dn: string, isDeletedShown = false): DirectoryObject {
    const guid = /^<GUID=(.+)>$/i.exec(dn)?.[1]?.toLowerCase();
    const key = guid === undefined ? keyOf(partsOf(dn)) : "";
    const found =
      guid === undefined
        ? [...this.#objects.values()].find((one) => !one.isDeleted && keyOf(one.parts) === key)
        : this.#objects.get(guid);
    if (found && (!found.isDeleted || isDeletedShown)) return found;
    throw new Refusal(32, "0000208D: NameErr: DSID-0310028B, problem 2001 (NO_OBJECT)");
  }

  #search(request: Request, account: DirectoryObject): readonly Answer[] {
    const { cookie, pageSize, scope } = request;
    const isDeletedShown = request.controls.includes(showDeleted) && this.#seesDeleted(account);
    const known = this.#lists.get(cookie ?? "");
    const base = this.#objectAt(request.dn, isDeletedShown);
    const found =
      known?.found ??
      [...this.#objects.values()].filter(
        (one) =>
          (!one.isDeleted || isDeletedShown) &&
          isInScope(one.parts, base.parts, scope) &&
          matches(request.filter, this.#questions(one)),
      );
    const from = known?.from ?? 0;
    const to = pageSize === 0 ? found.length : from + pageSize;
    const entries = found
      .slice(from, to)
      .map((one) => this.#entryOf(one, request.attributes, account));
    if (cookie === undefined) return [...entries, { result: 0 }];
    this.#lists.delete(cookie);
    // Measured with Samba, and allowed: a list of whole pages ends with an empty one.
    const next = found.length >= to && found.length > 0 ? randomUUID() : "";
    if (next !== "") this.#lists.set(next, { found, from: to });
    return [...entries, { result: 0, cookie: next }];
  }

  #entryOf(
    object: DirectoryObject,
    attributes: readonly string[],
    account: DirectoryObject,
  ): Answer {
    const values = attributes.map((name): [string, Buffer[]] => [
      name,
      this.#rightsOf(object, name, account)?.map((one) => Buffer.from(one)) ??
        this.#valuesOf(object, name.toLowerCase()),
    ]);
    return {
      entry: nameOf(object.parts),
      values: Object.fromEntries(values.filter(([, own]) => own.length > 0)),
    };
  }

  /** What the account may do with the object, where an attribute shows that. */
  #rightsOf(
    object: DirectoryObject,
    attribute: string,
    account: DirectoryObject,
  ): readonly string[] | undefined {
    const mayWrite = (rights: Omit<Writing, "place">): boolean => {
      try {
        this.#assertMayWrite(account, { place: object.parts, ...rights });
        return true;
      } catch {
        return false;
      }
    };
    const own = isUser(object) ? schema.user : schema.group;
    const known = this.#settings.hasNoExchange === true ? own : [...own, ...exchangeSchema];
    switch (attribute) {
      case "allowedAttributes":
        return known;
      case "allowedAttributesEffective":
        return known.filter((name) =>
          mayWrite({ isUser: isUser(object), isMembersOnly: name === "member" }),
        );
      case "allowedChildClassesEffective":
        return mayWrite({ isUser: true }) ? ["user"] : [];
      default:
        return undefined;
    }
  }

  /** The values of an attribute by its name in lower case, the constructed ones among them. */
  #valuesOf(object: DirectoryObject, attribute: string): Buffer[] {
    switch (attribute) {
      case "objectguid":
        return [guidBytes(object.guid)];
      case "objectsid":
        return isPrincipal(object) ? [sidBytes(object.rid)] : [];
      case "distinguishedname":
        return [Buffer.from(nameOf(object.parts))];
      case "cn":
      case "ou":
      case "name": {
        const [own] = object.parts;
        const isOwn = attribute === "name" || own?.type.toLowerCase() === attribute;
        return own && isOwn ? [Buffer.from(own.value)] : [];
      }
      case "isdeleted":
        return object.isDeleted ? [Buffer.from("TRUE")] : [];
      case "memberof":
        return this.#groupsOf(object).map(({ parts }) => Buffer.from(nameOf(parts)));
      case "unicodepwd":
        return [];
    }
    const own = object.values.get(attribute) ?? [];
    if (!links.has(attribute)) return own;
    return own.flatMap((guid) => {
      const linked = [this, ...this.#others]
        .map((domain) => domain.#objects.get(String(guid)))
        .find((one) => one !== undefined);
      return linked ? [Buffer.from(nameOf(linked.parts))] : [];
    });
  }

  #groupsOf({ guid }: DirectoryObject): DirectoryObject[] {
    return [...this.#objects.values()].filter((one) =>
      one.values.get("member")?.some((member) => String(member) === guid),
    );
  }

  #questions(object: DirectoryObject) {
    const equals = (name: string, value: Buffer): boolean => {
      const attribute = name.toLowerCase();
      if (attribute === "objectguid") return guidBytes(object.guid).equals(value);
      if (attribute === "objectsid")
        return isPrincipal(object) && sidBytes(object.rid).equals(value);
      if (attribute === "objectcategory")
        return this.#valuesOf(object, "objectclass").some(
          (one) => categories[String(one)] === String(value).toLowerCase(),
        );
      const wanted = links.has(attribute) || attribute === "memberof" ? nameKey : folded;
      return this.#valuesOf(object, attribute).some(
        (one) => wanted(String(one)) === wanted(String(value)),
      );
    };
    return {
      has: (name: string) => this.#valuesOf(object, name.toLowerCase()).length > 0,
      equals,
      leadsTo: (name: string, value: Buffer): boolean => {
        if (name.toLowerCase() !== "memberof") return false;
        const seen = new Set<DirectoryObject>();
        const open = [object];
        for (let one = open.pop(); one; one = open.pop())
          for (const group of this.#groupsOf(one)) {
            if (nameKey(nameOf(group.parts)) === nameKey(String(value))) return true;
            if (!seen.has(group)) open.push(group);
            seen.add(group);
          }
        return false;
      },
    };
  }

  #change(request: Request, account: DirectoryObject): void {
    if (request.kind === "add") {
      this.#add(request, account);
      return;
    }
    const object = this.#objectAt(request.dn);
    this.#assertMayWrite(account, {
      place: object.parts,
      isUser: isUser(object),
      isMembersOnly: request.kind === "modify" && request.changes.every(isOfMembers),
    });
    if (request.kind === "modify") this.#modify(object, request.changes);
    else if (request.kind === "move") this.#move(object, request, account);
    else this.#delete(object);
  }

  #add({ dn, values }: Request, account: DirectoryObject): void {
    const parts = partsOf(dn);
    const named = new Map(values.map((one) => [one.attribute.toLowerCase(), one.values]));
    const objectClass = String(named.get("objectclass")?.at(-1));
    this.#assertPlace(parts, account, objectClass === "user");
    if (!Object.hasOwn(classes, objectClass)) throw new Refusal(65, "0000207B: UpdErr");
    const object = this.#insert(dn, objectClass);
    try {
      for (const { attribute, values: own } of values)
        if (!isOfName(attribute, own, parts))
          this.#modify(object, [{ operation: 2, attribute, values: own }], true);
      this.#complete(object);
      this.#assertUsable(object);
    } catch (thrown) {
      this.#objects.delete(object.guid);
      throw thrown;
    }
  }

  /** Throws a refusal unless there can be a new object of this name. */
  #assertPlace(parts: readonly Part[], account: DirectoryObject, isUser: boolean): void {
    const parent = this.#objectAt(nameOf(parts.slice(1)));
    this.#assertMayWrite(account, { place: parent.parts, isUser });
    if ([...this.#objects.values()].some((one) => keyOf(one.parts) === keyOf(parts)))
      throw new Refusal(68, "00002071: UpdErr: DSID-0305, problem 6005 (ENTRY_EXISTS)");
  }

  /** All changes, or none of them. */
  #modify(object: DirectoryObject, changes: Request["changes"], isNew = false): void {
    const before = new Map(object.values);
    const { password } = object;
    try {
      for (const change of changes) this.#apply(object, change);
      if (!isNew) this.#assertUsable(object);
    } catch (thrown) {
      object.values = before;
      object.password = password;
      throw thrown;
    }
  }

  #apply(
    object: DirectoryObject,
    { operation, attribute, values }: Request["changes"][number],
  ): void {
    const name = attribute.toLowerCase();
    if (name === "unicodepwd") {
      object.password = this.#passwordIn(values);
      object.values.set("pwdlastset", [Buffer.from(String(Date.now()))]);
      return;
    }
    if (namingAttributes.has(name)) throw new Refusal(67, "000020B1: UpdErr: not allowed on RDN");
    const present = object.values.get(name) ?? [];
    const written = values.map((value) => this.#stored(name, value));
    const isPresent = (value: Buffer): boolean => present.some((one) => isSame(name, one, value));
    const after = (): Buffer[] => {
      if (operation === 2) return written;
      if (operation === 0) {
        // Documented: 68 with 00000562 for a member, 20 for others.
        if (written.some(isPresent))
          throw name === "member"
            ? new Refusal(68, "00000562: UpdErr")
            : new Refusal(20, "00002083");
        return [...present, ...written];
      }
      // Documented: 53 with 00000561 for a member, 16 for others.
      if (!written.every(isPresent) || present.length === 0)
        throw name === "member" ? new Refusal(53, "00000561: SvcErr") : new Refusal(16, "00002085");
      if (written.length === 0) return [];
      return present.filter((one) => !written.some((value) => isSame(name, one, value)));
    };
    const now = after();
    if (now.length > 1 && !lists.has(name))
      throw new Refusal(19, "00002081: AtrErr: one value only");
    if (name === "pwdlastset" && String(now[0]) === "-1")
      object.values.set(name, [Buffer.from(String(Date.now()))]);
    else if (now.length === 0) object.values.delete(name);
    else object.values.set(name, now);
  }

  /** A value as it is kept. Throws a refusal for a name of no object. */
  #stored(attribute: string, value: Buffer): Buffer {
    if (!links.has(attribute)) return value;
    const dn = String(value);
    const domain = this.#others.find((one) => isAtOrBelow(partsOf(dn), partsOf(one.baseDn)));
    const isNearer = domain && domain.baseDn.length > this.baseDn.length;
    const isOwn = isAtOrBelow(partsOf(dn), partsOf(this.baseDn));
    const owner = domain && (isNearer || !isOwn) ? domain : this;
    return Buffer.from(owner.#objectAt(dn).guid);
  }

  #passwordIn([bytes]: readonly Buffer[]): string {
    const [, password = ""] = /^"(.*)"$/s.exec(bytes?.toString("utf16le") ?? "") ?? [];
    const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((one) => one.test(password));
    if (password.length < (this.#settings.minPwdLength ?? 7) || kinds.length < 3)
      throw new Refusal(
        19,
        "0000052D: AtrErr: DSID-03191083, the password does not meet the policy",
      );
    return password;
  }

  /** Throws a refusal for a name that another object has, and for an enabled account without a password. */
  #assertUsable(object: DirectoryObject): void {
    if (!isUser(object)) return;
    const isTaken = (attribute: string): boolean => {
      const own = String(object.values.get(attribute)?.[0] ?? "");
      return [...this.#objects.values()].some(
        (one) =>
          one !== object &&
          !one.isDeleted &&
          own !== "" &&
          folded(String(one.values.get(attribute)?.[0] ?? "")) === folded(own),
      );
    };
    if (isTaken("samaccountname")) throw new Refusal(68, "00000524: UpdErr: the account exists");
    // ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST (documented). Samba has 202F.
    if (isTaken("userprincipalname")) throw new Refusal(19, "000021C8: AtrErr: DSID-03200E6E");
    const isEnabled = (this.#numberOf(object, "useraccountcontrol") & accountDisable) === 0;
    if (isEnabled && object.password === undefined)
      throw new Refusal(53, "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM)");
  }

  #move(object: DirectoryObject, { newName, newPlace }: Request, account: DirectoryObject): void {
    const place = newPlace === undefined ? object.parts.slice(1) : partsOf(newPlace);
    const parts = [...partsOf(newName), ...place];
    if (keyOf(parts) !== keyOf(object.parts)) this.#assertPlace(parts, account, isUser(object));
    const [before, length] = [object.parts, object.parts.length];
    for (const one of this.#objects.values())
      if (one !== object && isAtOrBelow(one.parts, before))
        one.parts = [...one.parts.slice(0, -length), ...parts];
    object.parts = parts;
  }

  #delete(object: DirectoryObject): void {
    const hasOthers = [...this.#objects.values()].some(
      (one) => one !== object && !one.isDeleted && isAtOrBelow(one.parts, object.parts),
    );
    if (hasOthers)
      throw new Refusal(66, "00002015: UpdErr: DSID-031A11E2, problem 6003 (CANT_ON_NON_LEAF)");
    const [own] = object.parts;
    object.isDeleted = true;
    object.parts = [
      { type: own?.type ?? "CN", value: `${own?.value ?? ""}\nDEL:${object.guid}` },
      ...partsOf(`CN=Deleted Objects,${this.baseDn}`),
    ];
    for (const name of object.values.keys())
      if (!keptOfDeleted.has(name)) object.values.delete(name);
    for (const one of this.#objects.values())
      for (const link of links) {
        const left = one.values.get(link)?.filter((guid) => String(guid) !== object.guid);
        if (left) one.values.set(link, left);
      }
  }
}

function isAmong(names: readonly string[] = [], { values }: DirectoryObject): boolean {
  return names.includes(String(values.get("samaccountname")?.[0]));
}

/** What is about to be written, and where. */
interface Writing {
  place: readonly Part[];
  isUser: boolean;
  isMembersOnly?: boolean;
}

const isOfMembers = ({ attribute }: { attribute: string }): boolean =>
  attribute.toLowerCase() === "member";

/** S-1-5-21-1-2-3, which the security identifiers of the domain begin with, as its bytes (MS-DTYP 2.4.2.2). */
const domainSid = Buffer.from(
  "0105000000000005" + "15000000" + "01000000" + "02000000" + "03000000",
  "hex",
);
/** The lower ones are of the domain itself (documented). */
const firstRid = 1000;

function sidBytes(rid: number): Buffer {
  const own = Buffer.alloc(4);
  own.writeUInt32LE(rid);
  return Buffer.concat([domainSid, own]);
}

function sidIn(bytes: Buffer): string {
  return `S-1-5-21-1-2-3-${bytes.readUInt32LE(bytes.length - 4)}`;
}

/** Users and groups have a security identifier. */
function isPrincipal(object: DirectoryObject): boolean {
  return (
    isUser(object) ||
    object.values.get("objectclass")?.some((one) => String(one) === "group") === true
  );
}

function isUser({ values }: DirectoryObject): boolean {
  return values.get("objectclass")?.some((one) => String(one) === "user") === true;
}

/** Whether a new object has this already: its class, or the value of its own name. */
function isOfName(attribute: string, values: readonly Buffer[], [own]: readonly Part[]): boolean {
  const name = attribute.toLowerCase();
  return (
    name === "objectclass" || (name === own?.type.toLowerCase() && own.value === String(values[0]))
  );
}

/** A user of the domain who is enabled, with values of his own. */
export function personIn(place: string, name: string, values: NewObject["values"] = {}): NewObject {
  return {
    dn: `CN=${name},${place}`,
    objectClass: "user",
    values: {
      displayName: name,
      sAMAccountName: name.replaceAll(" ", "."),
      userAccountControl: String(enabledUser),
      pwdLastSet: "1",
      ...values,
    },
    password: randomUUID(),
  };
}

function isSame(attribute: string, one: Buffer, other: Buffer): boolean {
  // Documented: addresses are compared without regard to case. Samba accepts a second spelling.
  return attribute === "proxyaddresses" || links.has(attribute)
    ? String(one).toLowerCase() === String(other).toLowerCase()
    : one.equals(other);
}

function nameKey(dn: string): string {
  try {
    return keyOf(partsOf(dn));
  } catch {
    return dn;
  }
}

function isAtOrBelow(parts: readonly Part[], place: readonly Part[]): boolean {
  return parts.length >= place.length && keyOf(parts.slice(-place.length)) === keyOf(place);
}

function isInScope(parts: readonly Part[], base: readonly Part[], scope: number): boolean {
  if (scope === 0) return keyOf(parts) === keyOf(base);
  const isBelow = isAtOrBelow(parts, base);
  return scope === 1 ? isBelow && parts.length === base.length + 1 : isBelow;
}

/** MS-DTYP 2.3.4: the first three parts of a GUID are stored with their lowest byte first. */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function guidBytes(guid: string): Buffer {
  const plain = Buffer.from(guid.replaceAll("-", ""), "hex");
  return Buffer.from(order.map((index) => plain[index] ?? 0));
}

function guidIn(bytes: Buffer): string {
  const hex = order.map((index) => (bytes[index] ?? 0).toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
