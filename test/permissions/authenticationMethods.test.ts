/** Phones and e-mail addresses for sign-in over Microsoft Graph. After a change, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../emulator/faults.ts";
import type { Values } from "../emulator/graph/json.ts";
import { readingEventFor, reconciledRevokeFor, type PermissionChoices } from "../events.ts";
import { anna, EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import {
  alternate,
  email,
  freshMethods,
  grant,
  list,
  methodEvent,
  methodsOf,
  mobile,
  office,
  other,
  person,
  references,
  revoke,
} from "./methods.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => {
  freshMethods(bench);
});

const phones = "/users/{user}/authentication/phoneMethods";
const fresh = (...methods: Values[]): void => {
  freshMethods(bench, methods);
};
const event = (choices: PermissionChoices = {}): unknown => methodEvent(bench, choices);
const events = {
  alternateMobile: () => event({ permission: references.alternateMobile }),
  office: () => event({ permission: references.office }),
  email: () => event({ permission: references.email }),
};

describe("a phone", () => {
  it("is granted and revoked in the words of the audit, with the least permissions", async () => {
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext).toEqual({
      Success: true,
      AuditLogs: [
        {
          Action: "GrantPermission",
          Message: `Add mobile phone ...678 for sign-in to ${anna}: done.`,
          IsError: false,
        },
      ],
    });
    expect(granted.answer.plan).toEqual([
      {
        target: "graph",
        operation: `POST ${phones}`,
        parameters: { user: ids.anna, ...mobile },
        sentence: `Add mobile phone ...678 for sign-in to ${anna}`,
        before: { phoneNumber: null },
        sent: true,
      },
    ]);
    expect(methodsOf(bench)).toEqual([mobile]);
    const choices = { account: ids.anna, permission: references.mobile };
    const revoked = await revoke.here(bench, reconciledRevokeFor(bench.running, choices));
    expect(revoked.messages).toEqual([
      `Remove mobile phone ...678 for sign-in from ${anna}: done.`,
    ]);
    expect(revoked.answer.plan).toMatchObject([{ before: { phoneNumber: mobile.phoneNumber } }]);
    expect(methodsOf(bench)).toEqual([]);
  });

  it("survives the drill", async () => {
    const outcomes: [string, number][] = [];
    for (const verb of [grant, grant, revoke, revoke, grant]) {
      const { answer } = await verb.here(bench, event());
      expect(answer.outputContext.Success).toBe(true);
      outcomes.push([answer.outcome, methodsOf(bench).length]);
    }
    expect(outcomes).toEqual([
      ["done", 1],
      ["alreadySo", 1],
      ["done", 0],
      ["alreadySo", 0],
      ["done", 1],
    ]);
  });

  it("is planned in a dry run by what is read, and nothing is sent", async () => {
    const planned = async () => {
      const runs = [
        await grant.here(bench, event({ dryRun: true })),
        await revoke.here(bench, event({ dryRun: true })),
      ];
      return runs.map(({ answer }) => [answer.outcome, answer.plan]);
    };
    const first = await planned();
    expect(bench.writes()).toEqual([]);
    const granted = await grant.here(bench, event());
    expect(first).toMatchObject([
      [granted.answer.outcome, granted.answer.plan.map((step) => ({ ...step, sent: false }))],
      ["alreadySo", [{ operation: `DELETE ${phones}/{method}` }]],
    ]);
    expect(await planned()).toMatchObject([
      ["alreadySo", []],
      ["done", [{ operation: `DELETE ${phones}/{method}` }]],
    ]);
    expect(methodsOf(bench)).toEqual([mobile]);
  });

  it("that the user registered is not overwritten with OnlySetWhenEmpty", async () => {
    fresh(other);
    for (const own of [person, {}]) {
      const { answer, messages } = await grant.here(bench, event({ person: own }));
      expect(answer).toMatchObject({ outcome: "alreadySo", plan: [] });
      expect(messages).toEqual([
        `${anna} already has mobile phone ...009 for sign-in, and it is not overwritten (OnlySetWhenEmpty).`,
      ]);
    }
    expect(bench.writes()).toEqual([]);
    expect(methodsOf(bench)).toEqual([other]);
  });

  it("is changed without OnlySetWhenEmpty, only when it differs", async () => {
    fresh({ ...office, phoneNumber: "+31 209999999" });
    const { messages } = await grant.here(bench, events.office());
    expect(messages).toEqual([`Change the office phone for sign-in of ${anna} to ...567: done.`]);
    expect(methodsOf(bench)).toEqual([office]);
    const again = await grant.here(bench, events.office());
    expect(again.messages).toEqual([`${anna} already has office phone ...567 for sign-in.`]);
    expect(bench.writes()).toHaveLength(1);
  });

  it("is compared as far as an administrator sees it", async () => {
    fresh(office);
    const masked = { ...office, id: references.office.Reference, phoneNumber: "+31 XXXXXXX67" };
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: `GET ${phones}` },
        answer: { status: 200, body: { value: [masked] } },
      },
    ]);
    expect((await grant.here(bench, events.office())).answer.outcome).toBe("alreadySo");
    const elsewhere = { Contact: { Business: { Phone: { Fixed: "020 765 4321" } } } };
    const { answer } = await grant.here(
      bench,
      event({ permission: references.office, person: elsewhere }),
    );
    expect(answer.outcome).toBe("done");
    expect(methodsOf(bench)).toEqual([{ ...office, phoneNumber: "+31 207654321" }]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["HelloID's older connector stored", { Id: references.office.Reference, Name: "office" }],
    [
      "it stored with settings, which the option replaces",
      {
        Id: references.office.Reference,
        Name: "office",
        Type: "phoneMethod",
        OnlySetWhenEmpty: "true",
        RemoveWhenRevokingEntitlement: "false",
      },
    ],
    ["has the ID alone", { Reference: references.office.Reference.toUpperCase() }],
    ["has the type alone", { Type: "Office" }],
  ])("is granted and revoked by a reference that %s", async (_name, permission) => {
    fresh({ ...office, phoneNumber: "+31 209999999" });
    await grant.here(bench, event({ permission }));
    expect(methodsOf(bench)).toEqual([office]);
    await revoke.here(bench, event({ permission }));
    expect(methodsOf(bench)).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, "names no authentication method"],
    [{ Reference: ids.anna, Type: "fax" }, "names no authentication method"],
    [{ ...references.mobile, Type: "office" }, "names mobile and office"],
  ])("is not guessed from the reference %j", async (permission, text) => {
    for (const verb of [grant, revoke]) {
      const { answer, messages } = await verb.here(bench, event({ permission }));
      expect([answer.outcome, answer.stats.requests]).toEqual(["invalid", 0]);
      expect(messages[0]).toContain(text);
    }
  });

  it("costs a token, two reads and the change; a revoke also looks, twice at an empty list", async () => {
    expect((await grant.here(bench, event())).answer.stats.requests).toBe(4);
    expect((await revoke.here(bench, event())).answer.stats.requests).toBe(6);
  });

  it("of a user who does not exist fails to be granted, and there is nothing to revoke", async () => {
    const account = "00000000-0000-4000-8000-00000000dead";
    const granted = await grant.here(bench, event({ account }));
    expect(granted.answer).toMatchObject({ outcome: "gone", outputContext: { Success: false } });
    const revoked = await revoke.here(bench, event({ account }));
    expect(revoked.answer).toMatchObject({ outcome: "gone", outputContext: { Success: true } });
    expect(bench.writes()).toEqual([]);
  });

  it.each(["UserAuthMethod-Phone.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All"])(
    "needs a permission: %s is enough, one that reads is not",
    async (role) => {
      const roles = (own: string) => {
        freshMethods(bench, [], (state) => {
          for (const app of state.apps) app.graphRoles = ["User.Read.All", own];
        });
      };
      roles(role.replace("ReadWrite", "Read"));
      const refused = await grant.here(bench, event());
      expect(refused.answer).toMatchObject({ outcome: "forbidden" });
      expect(methodsOf(bench)).toEqual([]);
      roles(role);
      expect((await grant.here(bench, event())).answer.outcome).toBe("done");
    },
  );
});

describe("the field of the person", () => {
  const withMobile = (Mobile: unknown) =>
    event({ person: { contact: { PERSONAL: { phone: { Mobile } } } } });

  it.each<[string, string]>([
    ["0612345678", "+31 612345678"],
    ["(06) 12.34.56.78", "+31 612345678"],
    ["+31 (0)6 1234 5678", "+31 612345678"],
    ["0031-612345678", "+31 612345678"],
    ["31612345678", "+31 612345678"],
    ["+1 (206) 555-0123", "+1 2065550123"],
    ["+352 621 123 456", "+352 621123456"],
    // The first digit belongs to the number.
    ["+39 06 698 12345", "+39 0669812345"],
    ["+31 20 123 4567 ext. 89", "+31 201234567x89"],
  ])("with %s is sent as %s", async (text, sent) => {
    expect((await grant.here(bench, withMobile(text))).answer.outcome).toBe("done");
    expect(methodsOf(bench)).toEqual([{ phoneType: "mobile", phoneNumber: sent }]);
  });

  it.each(["12", "call me at 0612345678", "0612345678901234567", "none", "+999 12345678"])(
    "with %j is refused by its name, and nothing is sent",
    async (text) => {
      for (const dryRun of [true, false]) {
        const choices = { person: { Contact: { Personal: { Phone: { Mobile: text } } } }, dryRun };
        const { answer, messages, stderr } = await grant.here(bench, event(choices));
        expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
        expect(messages).toEqual([
          `The field Contact.Personal.Phone.Mobile of the person has ${text.length} characters ending in ` +
            `"${text.slice(-2)}"; expected a phone number with its country code, or one of NL.`,
        ]);
        if (text.length > 4) expect(JSON.stringify(answer) + stderr).not.toContain(text);
      }
      expect(bench.writes()).toEqual([]);
    },
  );

  it.each<[string, unknown]>([
    ["is empty", " "],
    ["is null", null],
    ["is an object", {}],
  ])("that %s is named", async (_what, value) => {
    const { answer, messages } = await grant.here(bench, withMobile(value));
    expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
    expect(messages).toEqual([
      "The field Contact.Personal.Phone.Mobile of the person is empty; mobile needs a phone number with its " +
        "country code, or one of NL.",
    ]);
  });
});

describe("an alternate mobile phone", () => {
  it("needs a mobile phone, which then stays until the alternate one is revoked", async () => {
    for (const dryRun of [true, false]) {
      const choices = { permission: references.alternateMobile, dryRun };
      const { answer, messages } = await grant.here(bench, event(choices));
      expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
      expect(messages[0]).toContain("grant mobile first");
    }
    await grant.here(bench, event());
    expect((await grant.here(bench, events.alternateMobile())).answer.outcome).toBe("done");
    expect(methodsOf(bench)).toEqual([mobile, alternate]);
    for (const dryRun of [true, false]) {
      const { answer, messages } = await revoke.here(bench, event({ dryRun }));
      expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
      expect(messages[0]).toContain("revoke alternateMobile first");
    }
    await revoke.here(bench, events.alternateMobile());
    expect((await revoke.here(bench, event())).answer.outcome).toBe("done");
    expect(methodsOf(bench)).toEqual([]);
  });
});

describe("an e-mail address", () => {
  it("is granted, and stays after a revoke, because the option says so", async () => {
    const granted = await grant.here(bench, events.email());
    expect(granted.messages).toEqual([
      `Add e-mail address a...@example.com for sign-in to ${anna}: done.`,
    ]);
    expect(methodsOf(bench)).toEqual([email]);
    const revoked = await revoke.here(bench, events.email());
    expect(revoked.answer).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect(revoked.messages).toEqual([
      `${anna} keeps e-mail address a...@example.com: RemoveWhenRevokingEntitlement is false in ` +
        "permissions/authenticationMethods/options.json.",
    ]);
    expect(methodsOf(bench)).toEqual([email]);
    fresh();
    const nothing = await revoke.here(bench, events.email());
    expect(nothing.messages).toEqual([`${anna} has no e-mail address for sign-in.`]);
  });

  it("that is none is refused", async () => {
    const own = { Contact: { Personal: { Email: "anna at example" } } };
    const { messages } = await grant.here(
      bench,
      event({ permission: references.email, person: own }),
    );
    expect(messages[0]).toContain('characters ending in "le"; expected an e-mail address.');
    expect(bench.writes()).toEqual([]);
  });
});

describe("when answers are doubtful", () => {
  const struck = (operation: string, more: Fault): Fault => ({
    match: { side: "graph", operation },
    times: 1,
    ...more,
  });

  it("a look decides after a lost answer, and the phone is not sent twice", async () => {
    bench.emulator.setFaults([struck(`POST ${phones}`, { cut: "after" })]);
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext.Success).toBe(true);
    expect(bench.writes()).toHaveLength(1);
    bench.emulator.setFaults([struck(`DELETE ${phones}/{method}`, { cut: "after" })]);
    expect((await revoke.here(bench, event())).answer.outputContext.Success).toBe(true);
    expect(methodsOf(bench)).toEqual([]);
  });

  it("a phone that exists after all is changed", async () => {
    fresh({ ...office, phoneNumber: "+31 209999999" });
    bench.emulator.setFaults([
      struck(`GET ${phones}`, { answer: { status: 200, body: { value: [] } } }),
    ]);
    const { answer } = await grant.here(bench, events.office());
    expect(answer.outputContext.Success).toBe(true);
    expect(answer.plan.map(({ operation }) => operation)).toEqual([
      `POST ${phones}`,
      `PATCH ${phones}/{method}`,
    ]);
    expect(methodsOf(bench)).toEqual([office]);
  });

  it("a phone that the user has after all is not overwritten with OnlySetWhenEmpty", async () => {
    fresh(other);
    bench.emulator.setFaults([
      struck(`GET ${phones}`, { answer: { status: 200, body: { value: [] } } }),
    ]);
    const { answer } = await grant.here(bench, event());
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(methodsOf(bench)).toEqual([other]);
  });

  it("the default method is not removed, and the message says what to do", async () => {
    fresh({ ...mobile, isDefault: true });
    const { answer, messages } = await revoke.here(bench, event());
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages[0]).toContain("The user chooses another default sign-in method first");
    expect(methodsOf(bench)).toHaveLength(1);
  });

  it("a removal that was accepted and does not show is not a silent success", async () => {
    fresh(mobile);
    bench.emulator.setFaults([
      { match: { side: "graph", operation: `DELETE ${phones}/{method}` }, answer: { status: 204 } },
    ]);
    const strict = { configuration: { ConfirmRevokes: "strict" } };
    const { answer } = await revoke.here(bench, event(strict));
    expect(answer.outputContext.Success).toBe(false);
    expect(methodsOf(bench)).toEqual([mobile]);
  });

  it("a list without a number is never taken for none", async () => {
    fresh(mobile);
    const empty = { id: references.mobile.Reference, phoneType: "mobile", phoneNumber: null };
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: `GET ${phones}` },
        answer: { status: 200, body: { value: [empty] } },
      },
    ]);
    for (const verb of [grant, revoke]) {
      const { answer, messages } = await verb.here(bench, event());
      expect(answer.outputContext.Success).toBe(false);
      expect(messages[0]).toContain("did not return the mobile phone of");
    }
    expect(bench.writes()).toEqual([]);
  });
});

it("the list has what options.json has, with HelloID's references and names", async () => {
  const { answer } = await list.here(bench, readingEventFor(bench.running));
  const name = "phone authentication method - ";
  expect(answer.outputContext.Permissions).toEqual([
    { DisplayName: `${name}mobile`, Identification: references.mobile },
    { DisplayName: `${name}alternateMobile`, Identification: references.alternateMobile },
    { DisplayName: `${name}office`, Identification: references.office },
    { DisplayName: "email authentication method - email", Identification: references.email },
    { DisplayName: "Temporary Access Pass", Identification: references.pass },
  ]);
  expect(answer.stats.requests).toBe(0);
});
