import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as answers from "../generated/answers.ts";
import { readAs, Unusable, type Contract } from "../../lib/host/schemaContract.ts";

const Configuration = {
  Organization: "contoso.onmicrosoft.com",
  TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
  AppId: "c11e4700-0000-4000-8000-00000000c0de",
  AppSecret: "s",
};
const base = { Configuration, DryRun: true, Origin: "enforcement" };
const References = { Account: "0b1ec700-0000-4000-8000-000000000001", ManagerAccount: null };
const account = {
  actionContext: { ...base, Data: { CustomAttribute1: "x" }, References },
  personContext: { Person: { ExternalId: "1" } },
};
const permission = {
  actionContext: {
    ...base,
    References: { ...References, Permission: { Id: "1" } },
    PermissionDisplayName: "Group",
  },
};

/** An event for every verb, as small as the platform sends it, and a path without which it cannot be used. */
const events: Record<string, { event: unknown; needs: string }> = {
  create: {
    event: { actionContext: { ...base, Data: {}, CorrelationConfiguration: { Enabled: false } } },
    needs: "actionContext.CorrelationConfiguration",
  },
  uniquenessCheck: {
    event: {
      actionContext: { Configuration, Operation: "create", Data: { mail: "a@contoso.com" } },
    },
    needs: "actionContext.Configuration",
  },
  update: { event: account, needs: "actionContext.References.Account" },
  enable: { event: account, needs: "actionContext.References.Account" },
  disable: {
    event: { actionContext: { ...base, Origin: "reconciliation", Data: null, References } },
    needs: "actionContext.References.Account",
  },
  delete: {
    event: {
      actionContext: { ...base, Origin: "reconciliation", References: { Account: { id: "1" } } },
    },
    needs: "actionContext.References",
  },
  import: {
    event: { actionContext: { ...base, ImportFields: "UserPrincipalName" } },
    needs: "actionContext.ImportFields",
  },
  permissions: { event: { actionContext: base }, needs: "actionContext.Configuration" },
  grantPermission: { event: permission, needs: "actionContext.References.Permission" },
  revokePermission: { event: permission, needs: "actionContext.References.Permission" },
  subPermissions: {
    event: {
      actionContext: {
        ...base,
        References,
        Operation: "Grant",
        CurrentPermissions: { DisplayName: "x", Reference: { Id: "1" } },
      },
    },
    needs: "actionContext.Operation",
  },
  importPermission: { event: { actionContext: base }, needs: "actionContext.DryRun" },
  importSubPermissions: { event: { actionContext: base }, needs: "actionContext" },
  resources: {
    event: {
      actionContext: base,
      resourceContext: { SourceData: { ExternalId: "1", DisplayName: "Finance" } },
    },
    needs: "resourceContext.SourceData",
  },
};

async function contractOf(verb: string): Promise<Contract<unknown>> {
  const module = (await import(`../../lib/generated/validators/${verb}Event.ts`)) as Record<
    string,
    Contract<unknown>
  >;
  const contract = module[`${verb}Event`];
  if (!contract) throw new Error(`${verb}Event.ts does not export ${verb}Event`);
  return contract;
}

function without(value: unknown, path: string): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let target = copy;
  for (const step of steps) target = target[step] as Record<string, unknown>;
  Reflect.deleteProperty(target, last);
  return copy;
}

describe("the event of each verb", () => {
  it("is one of those in the schema", () => {
    const files = readdirSync(new URL("../../lib/generated/validators/", import.meta.url)).flatMap(
      (file) => /^(.*)Event\.ts$/.exec(file)?.[1] ?? [],
    );
    expect(files.sort()).toEqual(Object.keys(events).sort());
  });

  it.each(Object.entries(events))(
    "is read as the platform sends it: %s",
    async (verb, { event }) => {
      expect(readAs(await contractOf(verb), event)).toMatchObject({
        actionContext: { DryRun: true },
      });
    },
  );

  it.each(Object.entries(events))(
    "is refused when something is missing: %s",
    async (verb, { event, needs }) => {
      const contract = await contractOf(verb);
      expect(() => readAs(contract, without(event, needs))).toThrow(
        new Unusable([`${needs} is missing.`]),
      );
    },
  );

  it("has lists where the platform sends one element, and its words in the schema's spelling", async () => {
    expect(readAs(await contractOf("import"), events["import"]?.event)).toMatchObject({
      actionContext: { ImportFields: ["UserPrincipalName"] },
    });
    expect(readAs(await contractOf("resources"), events["resources"]?.event)).toMatchObject({
      resourceContext: { SourceData: [{ ExternalId: "1" }] },
    });
    expect(
      readAs(await contractOf("subPermissions"), events["subPermissions"]?.event),
    ).toMatchObject({
      actionContext: { Operation: "grant", CurrentPermissions: [{ DisplayName: "x" }] },
    });
  });
});

const AuditLogs = [{ Message: "m", IsError: false }];
const around = (outputContext: object): unknown => ({
  outputContext: { Success: true, AuditLogs, ...outputContext },
  outcome: "done",
  plan: [],
  stats: { requests: 1, retries: 0, waitedMs: 0, totalMs: 10 },
});
const good: Record<string, unknown> = {
  createAnswer: around({ AccountReference: "x", AccountCorrelated: true, Data: {} }),
  uniquenessCheckAnswer: around({ NonUniqueFields: ["mail"] }),
  updateAnswer: around({ Data: {}, PreviousData: {} }),
  enableAnswer: around({ Data: {} }),
  disableAnswer: around({}),
  deleteAnswer: around({}),
  importAnswer: around({}),
  permissionsAnswer: around({
    Permissions: [{ DisplayName: "Group", Identification: { Id: "1" } }],
  }),
  grantPermissionAnswer: around({}),
  revokePermissionAnswer: around({}),
  subPermissionsAnswer: around({
    SubPermissions: [{ DisplayName: "Group", Reference: { Id: "1" } }],
  }),
  importPermissionAnswer: around({}),
  importSubPermissionsAnswer: around({}),
  resourcesAnswer: around({}),
  accountRecord: {
    record: {
      AccountReference: "1",
      DisplayName: "🦊".repeat(100),
      UserName: "x",
      Enabled: true,
      Data: {},
    },
  },
  permissionRecord: {
    record: {
      PermissionReference: { Id: "1" },
      Description: "",
      DisplayName: "x",
      AccountReferences: ["1"],
    },
  },
  subPermissionRecord: {
    record: {
      PermissionReference: { Reference: "dg" },
      SubPermissionReference: { Id: "1" },
      SubPermissionDisplayName: "x",
      Description: "",
      DisplayName: "x",
      AccountReferences: ["1"],
    },
  },
};
const bad: [string, unknown][] = [
  ["createAnswer", around({ AccountReference: " ", AccountCorrelated: true, Data: {} })],
  ["createAnswer", around({ AccountCorrelated: true, Data: {} })],
  [
    "createAnswer",
    {
      ...(around({ AccountReference: "x", AccountCorrelated: true, Data: {} }) as object),
      outcome: "fine",
    },
  ],
  ["uniquenessCheckAnswer", around({})],
  ["updateAnswer", around({ Data: {} })],
  [
    "disableAnswer",
    around({ AuditLogs: [{ Action: "HideAccount", Message: "m", IsError: false }] }),
  ],
  ["deleteAnswer", around({ AuditLogs: [{ Message: " ", IsError: false }] })],
  [
    "permissionsAnswer",
    around({ Permissions: [{ DisplayName: "x".repeat(101), Identification: { Id: "1" } }] }),
  ],
  ["subPermissionsAnswer", around({})],
  [
    "accountRecord",
    { record: { AccountReference: "1", DisplayName: "", UserName: "x", Enabled: true, Data: {} } },
  ],
  [
    "permissionRecord",
    {
      record: {
        PermissionReference: { Id: "1" },
        Description: "",
        DisplayName: "x",
        AccountReferences: Array.from({ length: 501 }, String),
      },
    },
  ],
];

describe("the answer of each verb", () => {
  const contracts = answers as unknown as Record<string, Contract<unknown>>;
  it("is one of those in the schema", () => {
    expect(Object.keys(answers).sort()).toEqual(Object.keys(good).sort());
  });

  it.each(Object.entries(good))("is valid in its right form: %s", (name, answer) => {
    const check = contracts[name]?.check;
    expect(check?.(answer), JSON.stringify(check?.errors)).toBe(true);
  });

  it.each(bad)("is invalid in a wrong form: %s", (name, answer) => {
    expect(contracts[name]?.check(answer)).toBe(false);
  });
});
