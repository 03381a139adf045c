/**
 * Accounts of a real directory with mailboxes of the emulated Exchange Online: which system gets what, and what waits
 * for the synchronisation, which no one plays here: what it brings is put into the tenant.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { guidBytes } from "../../lib/activeDirectory/client/attributes.ts";
import type { PlanStep } from "../../lib/generated/types.ts";
import type { DirectoryObject } from "../emulator/state.ts";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { runWithCloud, type RunOptions } from "./runAction.ts";
import { attributeIn, delegateAttributes, modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, people, person } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

interface Person {
  name: string;
  /** The objectGUID, which is the reference of the account. */
  id: string;
}

let count = 0;

function newPerson(more = "", place = people): Person {
  const name = `Hybrid ${++count}`;
  modifyDatabase(samba.folder, person(name, place) + more);
  const [id = ""] = attributeIn(samba.folder, `(displayName=${name})`, "objectGUID");
  return { name, id };
}

/** The mailbox that the synchronisation brings: on premises masters it, unless `own` says otherwise. */
function synchronise({ name, id }: Person, own: DirectoryObject = {}): string {
  const address = `${name.replaceAll(" ", ".")}@contoso.com`;
  const number = String(count).padStart(12, "0");
  const guid = `ad000000-0000-4000-8000-${number}`;
  bench.fresh((state) => {
    const [like = {}] = state.objects.filter(({ DisplayName }) => DisplayName === "Dirk Synced");
    state.objects.push({
      ...like,
      Guid: guid,
      ExchangeGuid: `ad000000-0000-4000-8001-${number}`,
      ExternalDirectoryObjectId: `ad000000-0000-4000-8002-${number}`,
      ImmutableId: guidBytes(id).toString("base64"),
      Alias: name.replaceAll(" ", "."),
      DisplayName: name,
      Name: name,
      UserPrincipalName: address,
      EmailAddresses: [`SMTP:${address}`],
      ...own,
    });
  });
  return guid;
}

const cloudManaged = { IsExchangeCloudManaged: true };

/** What the tenant has of a mailbox. */
function online(guid: string, property: string): DirectoryObject[string] {
  return bench.stored(guid)[property] ?? null;
}

/** What the directory has of an account. */
function onPremises({ name }: Person, attribute: string): string[] {
  return attributeIn(samba.folder, `(displayName=${name})`, attribute);
}

type Ended = Awaited<ReturnType<typeof runWithCloud>>;

async function run(verb: string, account: Person, options: RunOptions = {}): Promise<Ended> {
  return await runWithCloud(samba, verb, bench, { id: account.id, ...options });
}

const withoutSent = (steps: readonly PlanStep[]): object[] =>
  steps.map((step) => ({ ...step, sent: undefined }));

/** The run does what its dry run plans, and a second one has nothing to do. */
async function runsOnce(verb: string, account: Person, options: RunOptions = {}): Promise<Ended> {
  const planned = await run(verb, account, { ...options, dryRun: true });
  expect(bench.writes()).toEqual([]);
  const ended = await run(verb, account, options);
  expect(withoutSent(ended.answer.plan)).toEqual(withoutSent(planned.answer.plan));
  const again = await run(verb, account, options);
  expect(again.answer.plan).toEqual([]);
  expect(again.code).toBe(ended.code);
  return ended;
}

const targets = ({ answer }: Ended): string[] =>
  answer.plan.map(({ target, parameters }) => `${target}: ${Object.keys(parameters).join(" ")}`);

describe.skipIf(provided === "")("a mailbox that Active Directory masters", () => {
  it("is hidden and shown there, and what Exchange Online masters is set online", async () => {
    const account = newPerson();
    const guid = synchronise(account);
    const data = { exchangeOnline: { LitigationHoldEnabled: null, MaxSendSize: "20 MB" } };
    const ended = await runsOnce("disable", account, { data });
    expect(ended).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(onPremises(account, "userAccountControl")).toEqual(["514"]);
    expect(onPremises(account, "msExchHideFromAddressLists")).toEqual(["TRUE"]);
    expect(online(guid, "HiddenFromAddressListsEnabled")).not.toBe(true);
    expect(online(guid, "MaxSendSize")).toContain("20");
    expect(ended.messages.join("\n")).toContain("Exchange Online follows with the next");

    const again = await run("disable", account, { data });
    expect(again.messages).toEqual([
      expect.stringMatching(
        /^Mailbox .+ does not show HiddenFromAddressListsEnabled as Active Directory has it yet: .+ next synchronisation\.$/,
      ),
    ]);
    synchronise(account, {
      HiddenFromAddressListsEnabled: true,
      MaxSendSize: online(guid, "MaxSendSize"),
    });
    const brought = await run("disable", account, { data });
    expect(brought.messages).toEqual([expect.stringMatching(/^Nothing to change/)]);

    await run("enable", account);
    expect(onPremises(account, "userAccountControl")).toEqual(["512"]);
    expect(onPremises(account, "msExchHideFromAddressLists")).toEqual(["FALSE"]);
  });

  it("gets its addresses and attributes there, by the names of either system", async () => {
    const account = newPerson();
    const guid = synchronise(account);
    const before = online(guid, "EmailAddresses");
    const address = `new${count}@example.test`;
    const data = {
      extensionAttribute1: "E1",
      exchangeOnline: { EmailAddresses: [`SMTP:${address}`], DisplayName: account.name },
    };
    const ended = await runsOnce("update", account, { data });
    expect(ended).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(onPremises(account, "proxyAddresses")).toEqual([`SMTP:${address}`]);
    expect(onPremises(account, "mail")).toEqual([address]);
    expect(onPremises(account, "extensionAttribute1")).toEqual(["E1"]);
    expect(online(guid, "EmailAddresses")).toEqual(before);
    expect(ended.answer.outputContext.Data).toMatchObject({
      extensionAttribute1: "E1",
      exchangeOnline: { EmailAddresses: [`SMTP:${address}`], DisplayName: account.name },
    });
  });

  it("is not changed in what the connector does not write there, and the attribute is named", async () => {
    const account = newPerson();
    synchronise(account);
    const data = { exchangeOnline: { MailTip: "On leave" }, department: "Sales" };
    const { code, messages, answer } = await run("update", account, { data });
    expect({ code, outcome: answer.outcome }).toEqual({ code: 1, outcome: "masteredOnPremises" });
    expect(messages.join("\n")).toContain("MailTip (attribute msExchSenderHintTranslations)");
    expect(onPremises(account, "department")).toEqual(["Sales"]);
  });

  it("is of another kind in both systems, and in neither when Active Directory has one that is not known", async () => {
    const remote = (details: string, bits: string): string =>
      `msExchRecipientTypeDetails: ${details}\nmsExchRemoteRecipientType: ${bits}\n`;
    const account = newPerson(remote("2147483648", "4"));
    const guid = synchronise(account);
    const data = { exchangeOnline: { Type: "Shared" } };
    const ended = await runsOnce("delete", account, { data });
    expect(ended.code).toBe(0);
    expect(onPremises(account, "msExchRecipientTypeDetails")).toEqual(["34359738368"]);
    expect(onPremises(account, "msExchRemoteRecipientType")).toEqual(["100"]);
    expect(online(guid, "RecipientTypeDetails")).toBe("SharedMailbox");

    const strange = newPerson(remote("1", "4"));
    const other = synchronise(strange);
    const refused = await run("delete", strange, { data });
    expect(refused.code).toBe(1);
    expect(refused.messages.join("\n")).toContain("expected those of a remote mailbox");
    expect(online(other, "RecipientTypeDetails")).toBe("UserMailbox");
    expect(onPremises(strange, "userAccountControl")).toEqual(["514"]);
  });
});

describe.skipIf(provided === "")("a mailbox that Exchange Online manages", () => {
  it("gets its attributes online, by the names of either system, and its person in Active Directory", async () => {
    const account = newPerson();
    const guid = synchronise(account, cloudManaged);
    const address = `cloud${count}@contoso.com`;
    const data = {
      department: "Sales",
      extensionAttribute1: "E1",
      mail: address,
      proxyAddresses: [`SMTP:${address}`],
      exchangeOnline: { DisplayName: account.name, CustomAttribute2: "E2" },
    };
    const ended = await runsOnce("update", account, { data });
    expect(ended).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(targets(ended)).toEqual([
      "activeDirectory: objectGUID department",
      "exchange: Identity CustomAttribute1 EmailAddresses CustomAttribute2",
    ]);
    expect(online(guid, "CustomAttribute1")).toBe("E1");
    expect(online(guid, "CustomAttribute2")).toBe("E2");
    expect(online(guid, "EmailAddresses")).toContain(`SMTP:${address}`);
    expect(onPremises(account, "extensionAttribute1")).toEqual([]);
    expect(onPremises(account, "proxyAddresses")).toEqual([]);
    expect(ended.answer.outputContext.Data).toMatchObject({
      department: "Sales",
      extensionAttribute1: "E1",
      mail: address,
      exchangeOnline: { CustomAttribute2: "E2" },
    });
  });

  it.each([
    ["the default", {}],
    ["an attribute of Active Directory", { msExchHideFromAddressLists: "true" }],
    ["a setting", { exchangeOnline: { HiddenFromAddressListsEnabled: "true" } }],
  ])("is hidden online by %s, and shown again", async (_, data) => {
    const account = newPerson();
    const guid = synchronise(account, cloudManaged);
    const ended = await runsOnce("disable", account, { data });
    expect(ended.code).toBe(0);
    expect(online(guid, "HiddenFromAddressListsEnabled")).toBe(true);
    expect(onPremises(account, "msExchHideFromAddressLists")).toEqual([]);
    await run("enable", account);
    expect(online(guid, "HiddenFromAddressListsEnabled")).toBe(false);
  });
});

describe.skipIf(provided === "")(
  "an account that the synchronisation has not brought to the cloud",
  () => {
    it("gets in Active Directory what that keeps, and what waits is told and done later", async () => {
      const account = newPerson();
      const data = { exchangeOnline: { CustomAttribute1: "E1", MaxSendSize: "20 MB" } };
      const ended = await runsOnce("update", account, { data });
      expect(ended.code).toBe(0);
      expect(onPremises(account, "extensionAttribute1")).toEqual(["E1"]);
      expect(ended.messages.join("\n")).toMatch(
        /exchangeOnline\.MaxSendSize of .+: not set, because Entra ID shows no user that is linked to the account yet\./,
      );
      const guid = synchronise(account, { CustomAttribute1: "E1" });
      const later = await run("update", account, { data });
      expect(targets(later)).toEqual(["exchange: Identity MaxSendSize"]);
      expect(online(guid, "MaxSendSize")).toContain("20");
    });

    it("is not taken for a user of the cloud with its user name", async () => {
      const account = newPerson();
      const address = `${account.name.replaceAll(" ", ".")}@example.test`;
      const guid = synchronise(account, { UserPrincipalName: address, ImmutableId: "b3RoZXI=" });
      const { code, messages } = await run("disable", account, {});
      expect(code).toBe(1);
      expect(messages.join("\n")).toContain("is not linked to it: its onPremisesImmutableId is");
      expect(onPremises(account, "userAccountControl")).toEqual(["514"]);
      expect(online(guid, "HiddenFromAddressListsEnabled")).not.toBe(true);
    });

    it("is found by its mS-DS-ConsistencyGuid", async () => {
      const anchor = Buffer.from("0123456789abcdef").toString("base64");
      const account = newPerson(`mS-DS-ConsistencyGuid:: ${anchor}\n`);
      const guid = synchronise(account, { ...cloudManaged, ImmutableId: anchor });
      await run("disable", account);
      expect(online(guid, "HiddenFromAddressListsEnabled")).toBe(true);
    });

    it("is created with what Active Directory keeps of its mailbox; a second create sets the rest", async () => {
      const name = `Hybrid ${++count}`;
      const login = `hybrid.${count}`;
      const data = {
        cn: name,
        displayName: name,
        employeeID: `H${count}`,
        organizationalUnit: people,
        sAMAccountName: login,
        userPrincipalName: `${login}@example.test`,
        exchangeOnline: { Alias: login, MaxSendSize: "20 MB" },
      };
      const CorrelationConfiguration = {
        Enabled: true,
        PersonField: "Person.ExternalId",
        PersonFieldValue: data.employeeID,
        AccountField: "employeeID",
      };
      const options = { data, more: { CorrelationConfiguration } };
      const made = await runWithCloud(samba, "create", bench, options);
      expect(made.code).toBe(0);
      expect(made.messages.join("\n")).toContain("exchangeOnline.MaxSendSize of");
      const account = {
        name,
        id: attributeIn(samba.folder, `(cn=${name})`, "objectGUID")[0] ?? "",
      };
      expect(onPremises(account, "mailNickname")).toEqual([login]);
      const guid = synchronise(account);
      const again = await runWithCloud(samba, "create", bench, options);
      expect(again.code).toBe(0);
      expect(targets(again)).toEqual(["exchange: Identity MaxSendSize"]);
      expect(online(guid, "MaxSendSize")).toContain("20");
    });
  },
);

describe.skipIf(provided === "")(
  "an account of the connector with the rights on single attributes",
  () => {
    const unit = `OU=Least,${baseDn}`;
    const least = { name: "svc-least", password: "Geheim.2026y" };

    beforeAll(() => {
      const { name } = least;
      const account = person(name, `OU=Elsewhere,${baseDn}`, least.password);
      const place = `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n\n`;
      modifyDatabase(samba.folder, place + account);
      delegateAttributes(samba.folder, unit, name, [
        ...["userAccountControl", "msExchHideFromAddressLists", "proxyAddresses", "mail"],
        ...["mailNickname", "msExchRecipientTypeDetails", "msExchRemoteRecipientType"],
        "extensionAttribute1",
      ]);
    });

    it("sets what is delegated, and is refused the rest", async () => {
      const remote = "msExchRecipientTypeDetails: 2147483648\nmsExchRemoteRecipientType: 1\n";
      const account = newPerson(remote, unit);
      synchronise(account);
      const form = { Username: `${least.name}@example.test`, Password: least.password };
      const address = `least${count}@example.test`;
      const data = {
        exchangeOnline: {
          Alias: "least",
          CustomAttribute1: "E1",
          EmailAddresses: [`SMTP:${address}`],
          Type: "Shared",
        },
      };
      const ended = await run("disable", account, { data, form });
      expect(ended.code).toBe(0);
      expect(onPremises(account, "userAccountControl")).toEqual(["514"]);
      expect(onPremises(account, "msExchHideFromAddressLists")).toEqual(["TRUE"]);
      expect(onPremises(account, "mailNickname")).toEqual(["least"]);
      expect(onPremises(account, "mail")).toEqual([address]);
      expect(onPremises(account, "msExchRemoteRecipientType")).toEqual(["97"]);
      const more = await run("update", account, { data: { department: "Sales" }, form });
      expect(more.answer.outcome).toBe("forbidden");
      expect(more.messages.join()).toContain("lacks the right to write department");
    });
  },
);

describe.skipIf(provided === "")("a leaver", () => {
  const data = {
    exchangeOnline: { AutoReplyState: "Enabled", InternalMessage: "Left", ExternalMessage: "Left" },
  };
  const reply = (guid: string): unknown => online(guid, "AutoReplyState");

  it.each([
    ["on premises masters", {}],
    ["Exchange Online manages", cloudManaged],
  ])("whose mailbox %s gets an automatic reply online, unless one is kept", async (_, own) => {
    const account = newPerson();
    const guid = synchronise(account, own);
    const ended = await runsOnce("delete", account, { data });
    expect(ended).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(reply(guid)).toBe("Enabled");
    expect(ended.answer.outputContext.Data).toMatchObject({
      exchangeOnline: { AutoReplyState: "Enabled", InternalMessage: "Left" },
    });

    const other = { exchangeOnline: { ...data.exchangeOnline, InternalMessage: "Other" } };
    const form = { ExistingAutoReply: "keep" };
    const kept = await run("delete", account, { data: other, form });
    expect(kept.answer.plan).toEqual([]);
    expect(kept.messages.join()).toContain("is on already and was not changed");
  });

  it("without a mailbox gets none, which is told; one who is in no address list is not hidden", async () => {
    const account = newPerson();
    const change = `dn: CN=${account.name},${people}\nchangetype: modify\ndelete: mailNickname\n`;
    modifyDatabase(samba.folder, change);
    const { code, messages } = await runsOnce("disable", account, { data });
    expect(code).toBe(0);
    expect(messages.join("\n")).toContain("The automatic reply of");
    expect(onPremises(account, "userAccountControl")).toEqual(["514"]);
    expect(onPremises(account, "msExchHideFromAddressLists")).toEqual([]);
  });
});

describe.skipIf(provided === "")("with a cloud that cannot be reached", () => {
  it.each([
    ["signing in", { side: "login" }],
    ["Microsoft Graph", { side: "graph" }],
    ["the look at the mailbox", { side: "exchange", cmdlet: "Get-Mailbox" }],
    ["the change of the mailbox", { side: "exchange", cmdlet: "Set-Mailbox" }],
  ] as const)(
    "at %s, a leaver is disabled and the event fails; its next run finishes",
    async (_, match) => {
      const account = newPerson();
      const guid = synchronise(account, cloudManaged);
      bench.emulator.setFaults([{ match, named: "unavailable" }]);
      const ended = await run("disable", account, { data: { description: "Left" } });
      expect(ended.code).toBe(1);
      expect(ended.answer.outputContext.Success).toBe(false);
      expect(ended.messages[0]).toMatch(/^Disable the account .+: done\.$/);
      expect(onPremises(account, "userAccountControl")).toEqual(["514"]);
      expect(onPremises(account, "description")).toEqual(["Left"]);
      // It is not known who masters it.
      expect(onPremises(account, "msExchHideFromAddressLists")).toEqual([]);

      bench.emulator.setFaults([]);
      const next = await run("disable", account, { data: { description: "Left" } });
      expect(next.code).toBe(0);
      expect(online(guid, "HiddenFromAddressListsEnabled")).toBe(true);
    },
  );

  it("in the middle of an event, at any request, its next run finishes", async () => {
    for (let endsAt = 1; ; endsAt++) {
      const account = newPerson();
      const guid = synchronise(account, cloudManaged);
      const data = {
        extensionAttribute1: "E1",
        exchangeOnline: { AutoReplyState: "Enabled", InternalMessage: "Left" },
      };
      const options = { id: account.id, data };
      const ended = await runWithCloud(samba, "disable", bench, options, { endsAt });
      const next = await run("disable", account, { data });
      expect({ endsAt, code: next.code }).toEqual({ endsAt, code: 0 });
      expect(onPremises(account, "userAccountControl")).toEqual(["514"]);
      expect(online(guid, "HiddenFromAddressListsEnabled")).toBe(true);
      expect(online(guid, "CustomAttribute1")).toBe("E1");
      expect(online(guid, "AutoReplyState")).toBe("Enabled");
      if (ended.code === 0) {
        expect(endsAt).toBeGreaterThan(5);
        expect(next.answer.plan).toEqual([]);
        break;
      }
    }
  });

  it("an event that needs nothing of it succeeds", async () => {
    const account = newPerson();
    bench.emulator.setFaults([{ named: "unavailable" }]);
    const ended = await run("update", account, { data: { department: "Sales" } });
    expect(ended.code).toBe(0);
    expect(onPremises(account, "department")).toEqual(["Sales"]);
  });
});

describe.skipIf(provided === "")("a mapping", () => {
  it("that names one attribute twice is refused", async () => {
    const account = newPerson();
    const data = {
      extensionAttribute1: "E1",
      exchangeOnline: { CustomAttribute1: "E2" },
    };
    const { code, messages } = await run("update", account, { data });
    expect(code).toBe(1);
    expect(messages.join()).toContain("are the same attribute of a mailbox; map only one of them");
  });

  it("of a mailbox is named, and not used, when Exchange Online is off", async () => {
    const account = newPerson();
    const data = { exchangeOnline: { CustomAttribute1: "E1" }, department: "Sales" };
    const form = { exchangeOnlineIntegration: false };
    const { code, messages } = await run("update", account, { data, form });
    expect(code).toBe(0);
    expect(messages.join()).toContain("exchangeOnline.CustomAttribute1: mapped, and not used");
    expect(onPremises(account, "extensionAttribute1")).toEqual([]);
  });
});
