import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedState } from "./seed.ts";
import type { RunningEmulator } from "./server.ts";
import { readState, type Behaviour, type ObjectLag } from "./state.ts";
import { refusal, served, type TestClient } from "./testClient.ts";

type Row = Record<string, unknown>;

let running: RunningEmulator;
let client: TestClient;

beforeAll(async () => void ({ running, client } = await served()));
afterAll(() => running.close());
beforeEach(() => start());

function start(behaviour: Partial<Behaviour> = {}, lags: ObjectLag[] = []): void {
  const state = seedState();
  running.emulator.replaceState({
    ...state,
    behaviour: { ...state.behaviour, ...behaviour },
    lags,
  });
}

const guid = (alias: string): string =>
  String(seedState().objects.find((object) => object["Alias"] === alias)?.["Guid"]);
const rows = async (cmdlet: string, parameters: Row): Promise<Row[]> =>
  (await client.invoke(cmdlet, parameters)).json.value;
const press = async (property: string): Promise<unknown> =>
  (await rows("Get-Mailbox", { Identity: "press" }))[0]?.[property];
const hide = (): Promise<unknown> =>
  client.invoke("Set-Mailbox", { Identity: "press", HiddenFromAddressListsEnabled: true });
const members = async (group: string): Promise<unknown[]> =>
  (await rows("Get-DistributionGroupMember", { Identity: group })).map(({ Alias }) => Alias);

describe("an object with a lag of its own", () => {
  it("shows every change late, and only this object does", async () => {
    start({}, [{ object: guid("press"), ms: 20_000 }]);
    await hide();
    await client.invoke("Set-Mailbox", { Identity: "info", HiddenFromAddressListsEnabled: true });
    expect(await press("HiddenFromAddressListsEnabled")).toBe(false);
    expect(
      await rows("Get-Mailbox", { Filter: "HiddenFromAddressListsEnabled -eq $true" }),
    ).not.toContainEqual(expect.objectContaining({ Alias: "press" }));
    expect((await rows("Get-Mailbox", { Identity: "info" }))[0]).toMatchObject({
      HiddenFromAddressListsEnabled: true,
    });
    running.emulator.advance(20_000);
    expect(await press("HiddenFromAddressListsEnabled")).toBe(true);
  });

  it("has no other lag", async () => {
    start({ permissionLagMs: 60_000 }, [{ object: guid("salesteam"), ms: 5_000 }]);
    for (const group of ["salesteam", "newsletter"])
      await client.invoke("Remove-DistributionGroupMember", {
        Identity: group,
        Member: "anna.bakker",
      });
    running.emulator.advance(5_000);
    expect(await members("salesteam")).not.toContain("anna.bakker");
    expect(await members("newsletter")).toContain("anna.bakker");
  });

  it.each([
    [[{ object: "press", ms: 1 }]],
    [[{ object: guid("press"), ms: -1 }]],
    [[{ object: guid("press"), ms: 1, controller: 1 }]],
    [{}],
  ])("is refused as %j", (lags) => {
    expect(readState({ ...seedState(), lags })).toMatchObject({
      problems: [expect.stringMatching(/^lags/)],
    });
  });
});

describe("domain controllers", () => {
  it("answer in turn, and each finds a new object after its own lag", async () => {
    start({ controllerLagMs: [0, 30_000, 60_000] });
    await client.invoke("New-Mailbox", { Name: "Lobby", Shared: true });
    const found = async (): Promise<number[]> => [
      (await client.invoke("Get-Mailbox", { Identity: "Lobby" })).status,
      (await client.invoke("Get-Mailbox", { Identity: "Lobby" })).status,
      (await client.invoke("Get-Mailbox", { Identity: "Lobby" })).status,
    ];
    // The second request of three goes to the second controller.
    expect(await found()).toEqual([404, 404, 200]);
    running.emulator.advance(30_000);
    expect(await found()).toEqual([200, 404, 200]);
    running.emulator.advance(30_000);
    expect(await found()).toEqual([200, 200, 200]);
  });

  it("are named by their errors, for readers and for writers", async () => {
    start({ controllerLagMs: [0, 30_000] });
    await client.invoke("New-Mailbox", { Name: "Lobby", Shared: true });
    const write = { Identity: "Lobby", CustomAttribute9: "x" };
    expect(refusal(await client.invoke("Set-Mailbox", write))).toContain("on 'AM0PR01A01DC002.");
    expect((await client.invoke("Set-Mailbox", write)).status).toBe(200);
  });

  it("show a change of any kind after their own lag", async () => {
    start({ controllerLagMs: [0, 30_000] });
    await hide();
    expect(await press("HiddenFromAddressListsEnabled")).toBe(false);
    expect(await press("HiddenFromAddressListsEnabled")).toBe(true);
    await client.invoke("Add-MailboxPermission", {
      Identity: "press",
      User: "dora.double",
      AccessRights: ["FullAccess"],
    });
    await client.invoke("Get-Mailbox", { Identity: "press" });
    const held = async (): Promise<boolean> =>
      (await rows("Get-MailboxPermission", { Identity: "press" })).some(
        ({ User }) => User === "dora.double@contoso.com",
      );
    expect([await held(), await held()]).toEqual([false, true]);
    running.emulator.advance(30_000);
    expect([await held(), await held()]).toEqual([true, true]);
    expect(await press("HiddenFromAddressListsEnabled")).toBe(true);
    expect(await press("HiddenFromAddressListsEnabled")).toBe(true);
  });

  it.each([[["soon"]], [[-1]], [5]])("with lags %j are refused", (controllerLagMs) => {
    expect(readState({ ...seedState(), behaviour: { controllerLagMs } })).toEqual({
      problems: ["behaviour.controllerLagMs: must be a list of milliseconds"],
    });
  });
});
