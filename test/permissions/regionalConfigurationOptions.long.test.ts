/** Regional configurations whose options were edited: bundles of their own. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { Bench, guidOf } from "../bench.ts";
import { bundlesWith } from "../entitlements/editedBundles.ts";
import { permissionEventFor, readingEventFor } from "../events.ts";
import { anna, dutch, regionOf, wanted } from "./regionalWorld.ts";
import { prepare } from "./sets.ts";
import { recordsOf } from "./settings.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

describe("with other options in the bundles", () => {
  const run = async (
    dist: string,
    verb: string,
    event: unknown,
  ): Promise<Answer & { records: unknown[] }> => {
    const { answer, records } = await bench.run(
      `permissions/regionalConfiguration/${verb}`,
      event,
      { dist },
    );
    return { ...(answer as Answer), records };
  };
  const event = (account: string): unknown =>
    permissionEventFor(bench.running, { account, permission: dutch });

  it("accept any format of the language where formats are null", async () => {
    const dist = bundlesWith(
      "regionalConfiguration",
      'DateFormat:"dd-MM-yy",TimeFormat:"H:mm"',
      "DateFormat:null,TimeFormat:null",
    );
    const account = guidOf("Jürgen Müller");
    expect(await run(dist, "grantPermission", event(account))).toMatchObject({
      outcome: "done",
      plan: [{ parameters: { Language: "nl-NL", DateFormat: null, TimeFormat: null } }, {}],
    });
    expect(regionOf(bench, account)).toMatchObject({ Language: "nl-NL", DateFormat: "d-M-yyyy" });
    expect(await run(dist, "grantPermission", event(account))).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
    expect(await run(dist, "grantPermission", event(guidOf("Mia Married")))).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
  });

  it("neither rename nor read folders that should stay", async () => {
    const dist = bundlesWith(
      "regionalConfiguration",
      'Time",LocalizeDefaultFolderName:!0',
      'Time",LocalizeDefaultFolderName:!1',
    );
    expect(await run(dist, "grantPermission", event(anna))).toMatchObject({
      outcome: "done",
      plan: [{ parameters: wanted }],
    });
    expect(regionOf(bench, anna)).toEqual({ ...wanted, folders: "en" });
    const { records } = await run(dist, "importPermission", readingEventFor(bench.running));
    expect(recordsOf({ records })).toMatchObject([{ AccountReferences: [anna] }]);
    for (const { parameters = {}, items = [] } of bench.emulator.journal())
      for (const one of [parameters, ...items.map((item) => item.parameters ?? {})])
        expect(one).not.toHaveProperty("VerifyDefaultFolderNameLanguage");
  });

  it("set the working hours of the calendar, and import those who have them", async () => {
    const dist = bundlesWith(
      "regionalConfiguration",
      'Time",LocalizeDefaultFolderName:!0',
      'Time",LocalizeDefaultFolderName:!0,WorkDays:["Weekdays","Saturday"],WorkingHoursStartTime:"08:30",' +
        'WorkingHoursEndTime:"17:00",WeekStartDay:"Monday"',
    );
    const hours = {
      WorkDays: "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday",
      WorkingHoursStartTime: "08:30:00",
      WorkingHoursEndTime: "17:00:00",
      WorkingHoursTimeZone: "W. Europe Standard Time",
      WeekStartDay: "Monday",
    };
    const { WorkingHoursEndTime: _, ...changed } = hours;
    const granted = await run(dist, "grantPermission", event(anna));
    expect(granted).toMatchObject({ outcome: "done" });
    expect(granted.plan.at(-1)).toMatchObject({
      operation: "Set-MailboxCalendarConfiguration",
      parameters: changed,
      before: { WorkDays: "Weekdays", WeekStartDay: "Sunday" },
    });
    expect(bench.stored(anna)).toMatchObject(changed);
    expect(await run(dist, "grantPermission", event(anna))).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
    const imported = async (): Promise<unknown[]> =>
      recordsOf(await run(dist, "importPermission", readingEventFor(bench.running)));
    expect(await imported()).toMatchObject([{ AccountReferences: [anna] }]);
    bench.emulator.state().objects.forEach((object) => {
      if (object["Guid"] === anna) object["WeekStartDay"] = "Sunday";
    });
    expect(await imported()).toEqual([]);
  });

  it("never wait more than a minute for an error: a wrong format is not sent", async () => {
    prepare(bench, { regionalErrorDelayMs: 70_000 });
    const dist = bundlesWith(
      "regionalConfiguration",
      'DateFormat:"dd-MM-yy"',
      'DateFormat:"MM/dd/yy"',
    );
    const { answer, ms } = await bench.run(
      "permissions/regionalConfiguration/grantPermission",
      permissionEventFor(bench.running, { account: anna, permission: dutch }),
      { dist },
    );
    expect([(answer as Answer).outcome, ms < 15_000, bench.emulator.journal()]).toEqual([
      "invalid",
      true,
      [],
    ]);
  });
});
