import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { Bench } from "../bench.ts";
import { permissionEventFor, readingEventFor } from "../events.ts";
import { bundlesWith } from "../entitlements/editedBundles.ts";
import { prepare } from "./sets.ts";
import { recordsOf } from "./settings.ts";
import { anna, dora, forDora } from "./calendarWorld.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

describe("with other options in the bundles", () => {
  const own = (option: string): string =>
    bundlesWith(
      "folderPermission",
      'mailboxFolderUser:"Default",mailboxFolderAccessRight:"Reviewer"',
      option,
    );
  const run = async (
    dist: string,
    verb: string,
    event: unknown,
  ): Promise<Answer & { records: unknown[] }> => {
    const { answer, records } = await bench.run(`permissions/folderPermission/${verb}`, event, {
      dist,
    });
    return { ...(answer as Answer), records };
  };

  it("notify a user when the option requires it", async () => {
    const dist = own(
      `mailboxFolderUser:"${dora}",mailboxFolderAccessRight:"Reviewer",sendNotificationToUser:!0`,
    );
    const answer = await run(
      dist,
      "grantPermission",
      permissionEventFor(bench.running, {
        account: anna,
        permission: { ...forDora("Reviewer"), Id: "3" },
      }),
    );
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        { cmdlet: "Add-MailboxFolderPermission", parameters: { SendNotificationToUser: true } },
      ],
    });
    expect(
      (
        await run(
          dist,
          "revokePermission",
          permissionEventFor(bench.running, {
            account: anna,
            permission: { ...forDora("Reviewer"), Id: "3" },
          }),
        )
      ).plan[0]?.parameters,
    ).not.toHaveProperty("SendNotificationToUser");
  });

  it("list, grant and import a named user's right by one reference", async () => {
    const dist = own(
      `mailboxFolderUser:"${dora}",mailboxFolderAccessRight:"Editor",mailboxFolderSharingPermissionFlags:"Delegate"`,
    );
    const { outputContext } = await run(dist, "permissions", readingEventFor(bench.running));
    const permission = (outputContext["Permissions"] as { Identification: unknown }[])[2]
      ?.Identification;
    expect(permission).toEqual({ ...forDora("Editor", "Delegate"), Id: "3" });
    expect(
      (
        await run(
          dist,
          "grantPermission",
          permissionEventFor(bench.running, { account: anna, permission }),
        )
      ).outcome,
    ).toBe("done");
    const { records, outcome } = await run(
      dist,
      "importPermission",
      readingEventFor(bench.running),
    );
    expect(outcome).toBe("done");
    expect(
      recordsOf({ records }).filter(({ PermissionReference }) => PermissionReference["Id"] === "3"),
    ).toEqual([
      {
        PermissionReference: permission,
        Description: "Mailbox folder permissions - Reviewer",
        DisplayName: "Mailbox folder permissions - Reviewer",
        AccountReferences: [anna],
      },
    ]);
  });

  it("import a name that several users have for no one", async () => {
    const { records, outcome } = await run(
      own(
        'mailboxFolderUser:"jan.devries@contoso.com",mailboxFolderAccessRight:"Editor",' +
          'mailboxFolderSharingPermissionFlags:"Delegate,CanViewPrivateItems"',
      ),
      "importPermission",
      readingEventFor(bench.running),
    );
    expect([
      outcome,
      recordsOf({ records }).filter(({ PermissionReference }) => PermissionReference["Id"] === "3"),
    ]).toEqual(["done", []]);
  });
});
