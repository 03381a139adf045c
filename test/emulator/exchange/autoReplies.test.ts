import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator } from "../emulator.ts";
import { refusal, TestClient, type Reply } from "../testClient.ts";

let client: TestClient;

beforeEach(() => {
  client = new TestClient(createEmulator({ clock: () => Date.parse("2026-06-01T12:10:00Z") }));
});

type Row = Record<string, unknown>;
const set = (identity: string, parameters: Row): Promise<Reply> =>
  client.invoke("Set-MailboxAutoReplyConfiguration", { Identity: identity, ...parameters });
const one = async (identity: string): Promise<Row> =>
  (await client.invoke("Get-MailboxAutoReplyConfiguration", { Identity: identity })).json
    .value[0] ?? {};
const html = (text: string): string => `<html>\n<body>\n${text}\n</body>\n</html>\n`;
const both = { InternalMessage: "In", ExternalMessage: "Out" };
const july = {
  AutoReplyState: "Scheduled",
  StartTime: "2026-07-01T06:00:00",
  EndTime: "2026-07-15T06:00:00",
};

describe("automatic replies", () => {
  it("are off until they are set, with a default schedule of the coming day", async () => {
    expect(await one("sales")).toEqual({
      Identity: "Sales",
      MailboxOwnerId: "Sales",
      AutoReplyState: "Disabled",
      StartTime: "2026-06-01T13:00:00Z",
      EndTime: "2026-06-02T13:00:00Z",
      InternalMessage: "",
      ExternalMessage: "",
      ExternalAudience: "All",
      AutoDeclineFutureRequestsWhenOOF: false,
      CreateOOFEvent: false,
      DeclineAllEventsForScheduledOOF: false,
      DeclineEventsForScheduledOOF: false,
      DeclineMeetingMessage: "",
      EventsToDeleteIDs: [],
      "EventsToDeleteIDs@odata.type": "#Collection(String)",
      OOFEventSubject: "",
      IsValid: true,
    });
  });

  it("read back with tags around their text, which can be written as they are", async () => {
    expect((await set("sales", { AutoReplyState: "enabled", ...both })).json.value).toEqual([]);
    const read = await one("sales");
    expect(read).toMatchObject({
      AutoReplyState: "Enabled",
      InternalMessage: html("In"),
      ExternalMessage: html("Out"),
    });
    for (const InternalMessage of [
      "In",
      read["InternalMessage"],
      "<HTML><head></head><body dir=ltr>In</body></HTML>",
    ]) {
      expect(
        (await set("sales", { AutoReplyState: "Enabled", InternalMessage })).json[
          "@adminapi.warnings"
        ],
      ).toEqual([expect.stringMatching(/no settings of 'CN=Sales,.+' have been modified/)]);
    }
  });

  it("can be scheduled with start and end, and switched off again", async () => {
    await set("sales", {
      ...july,
      ...both,
      ExternalAudience: "Known",
      CreateOOFEvent: true,
      OOFEventSubject: "Away",
      DeclineEventsForScheduledOOF: true,
      DeclineAllEventsForScheduledOOF: true,
      DeclineMeetingMessage: "No",
    });
    expect(await one("sales")).toMatchObject({
      AutoReplyState: "Scheduled",
      StartTime: "2026-07-01T06:00:00Z",
      EndTime: "2026-07-15T06:00:00Z",
      ExternalAudience: "Known",
      CreateOOFEvent: true,
      OOFEventSubject: "Away",
      DeclineMeetingMessage: "No",
    });
    expect((await set("sales", { EndTime: "2026-07-20T06:00:00" })).status).toBe(200);
    expect((await set("sales", { AutoReplyState: "Disabled", InternalMessage: null })).status).toBe(
      200,
    );
    expect(await one("sales")).toMatchObject({
      AutoReplyState: "Disabled",
      EndTime: "2026-07-20T06:00:00Z",
      InternalMessage: "",
      ExternalMessage: html("Out"),
    });
  });

  it.each([{}, { ExternalAudience: "None" }, { ExternalAudience: "Known" }])(
    "need no external text, with %j",
    async (audience) => {
      const parameters = { AutoReplyState: "Enabled", InternalMessage: "In", ...audience };
      expect((await set("sales", parameters)).status).toBe(200);
      expect(await one("sales")).toMatchObject({
        AutoReplyState: "Enabled",
        InternalMessage: html("In"),
        ExternalMessage: "",
        ExternalAudience: "All",
        ...audience,
      });
    },
  );

  it.each([
    [{ AutoReplyState: "Enabled", ExternalMessage: "Out" }, "InternalMessage can't be empty"],
    [
      { AutoReplyState: "Enabled", InternalMessage: " ", ExternalMessage: "Out" },
      "InternalMessage can't be empty",
    ],
    [{ ...both, AutoReplyState: "Scheduled" }, "The schedule isn't valid"],
    [{ ...both, ...july, EndTime: "2026-07-01T06:00:00" }, "The schedule isn't valid"],
    [
      { ...both, ...july, StartTime: "2026-01-01T06:00:00", EndTime: "2026-02-01T06:00:00" },
      "must not be in the past",
    ],
    [
      { ...both, ...july, AutoReplyState: "Enabled" },
      "StartTime can only be used when AutoReplyState is Scheduled",
    ],
    [{ EndTime: "2026-07-01T06:00:00" }, "EndTime can only be used"],
    [{ CreateOOFEvent: true }, "CreateOOFEvent can only be used"],
    [{ ...both, ...july, OOFEventSubject: "Away" }, "OOFEventSubject needs CreateOOFEvent"],
    [
      { ...both, ...july, DeclineAllEventsForScheduledOOF: true },
      "needs DeclineEventsForScheduledOOF",
    ],
    [{ AutoReplyState: "On" }, "Enabled, Disabled, Scheduled"],
    [{ ExternalAudience: "Friends" }, "None, Known, All"],
    [{ AutoReplyState: null }, "argument is null"],
  ])("refuse %j", async (parameters, text) => {
    const answer = await set("sales", parameters);
    expect([answer.status, refusal(answer)]).toEqual([400, expect.stringContaining(text)]);
    expect(await one("sales")).toMatchObject({ AutoReplyState: "Disabled", InternalMessage: "" });
  });

  it("belong to the mailbox: a synchronised one accepts them, and nothing else changes", async () => {
    const before = (await client.invoke("Get-Mailbox", { Identity: "dirk.synced" })).json.value;
    expect((await set("dirk.synced", { AutoReplyState: "Enabled", ...both })).status).toBe(200);
    expect(await one("dirk.synced")).toMatchObject({ AutoReplyState: "Enabled" });
    expect((await client.invoke("Get-Mailbox", { Identity: "dirk.synced" })).json.value).toEqual(
      before,
    );
  });

  it("are in the seed: of a holiday, a leaver, and a leaver whose mailbox is shared", async () => {
    const states = await Promise.all(["petra.proxies", "leo.leaver", "lena.left"].map(one));
    expect(states.map((row) => row["AutoReplyState"])).toEqual(["Scheduled", "Enabled", "Enabled"]);
    expect(states[0]).toMatchObject({
      StartTime: "2026-07-20T06:00:00Z",
      InternalMessage: html("Back on 8 August."),
    });
  });

  it("belong to existing mailboxes", async () => {
    for (const identity of ["nobody", "gone.gerda", "cor@fabrikam.com"])
      expect((await set(identity, { AutoReplyState: "Disabled" })).status).toBe(404);
    expect(
      (await client.invoke("Get-MailboxAutoReplyConfiguration", { Identity: "gone.gerda" })).status,
    ).toBe(404);
    expect(
      (await client.invoke("Get-MailboxAutoReplyConfiguration", { Identity: null, ResultSize: 3 }))
        .json.value,
    ).toHaveLength(3);
    const events = await set("petra.proxies", { EventsToDeleteIDs: ["1"] });
    expect(events.status).toBe(501);
  });
});
