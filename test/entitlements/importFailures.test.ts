import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { ImportFailures } from "../../lib/entitlements/importFailures.ts";
import { faultOf } from "../exchange/scripted.ts";
import { maxNamed } from "../../lib/exchange/naming.ts";

const name = (index: number): string => `"Name ${index}" <m${index}@contoso.com> (guid-${index})`;
const gone = new Fault({ kind: "missing", isProven: true, message: "Gone." });
const denied = new Fault({ kind: "denied", message: "May not.", requestId: "r-1" });

function unreadOf(...faults: Fault[]): ImportFailures {
  const unread = new ImportFailures("mailbox", "mailboxes");
  faults.forEach((fault, index) => unread.add(name(index), fault));
  return unread;
}

describe("failures of an import", () => {
  it("are none when only objects that no longer exist failed", () => {
    for (const unread of [unreadOf(), unreadOf(gone)])
      expect(() => unread.throwIfAny()).not.toThrow();
  });

  it("are reported as incomplete when an absence is not proven, and not as gone", async () => {
    const notFound = new Fault({ kind: "missing", message: "Not found." });
    expect(await faultOf(() => unreadOf(notFound).throwIfAny())).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("1 mailbox could not be read") as string,
    });
  });

  it("name the objects", async () => {
    expect(await faultOf(() => unreadOf(denied).throwIfAny())).toMatchObject({
      kind: "denied",
      requestId: "r-1",
      cause: denied,
      message: `The import is incomplete: 1 mailbox could not be read ("Name 0" <m0@contoso.com> (guid-0)). May not.`,
    });
    expect((await faultOf(() => unreadOf(denied, denied).throwIfAny())).message).toContain(
      `could not be read ("Name 0" <m0@contoso.com> (guid-0), "Name 1" <m1@contoso.com> (guid-1)). May not.`,
    );
  });

  it("are described in correct English", async () => {
    expect((await faultOf(() => unreadOf(denied, denied).throwIfAny())).message).toContain(
      "2 mailboxes could not be read",
    );
  });

  it("have the kind of the first one, and a limited number of names", async () => {
    const unread = unreadOf(
      gone,
      new Fault({ kind: "throttled", message: "Busy." }),
      ...Array.from({ length: maxNamed + 1 }, () => denied),
    );
    const fault = await faultOf(() => unread.throwIfAny());
    expect(fault).toMatchObject({
      kind: "throttled",
      message: expect.stringContaining(`${maxNamed + 2} mailbox`) as string,
    });
    expect(fault.message).toContain(" and 2 more). Busy.");
    expect(fault.message.match(/guid-\d+/g)).toHaveLength(maxNamed);
    expect(fault.message).not.toContain("guid-0)");
    expect(
      (
        await faultOf(() =>
          unreadOf(...Array.from({ length: maxNamed }, () => denied)).throwIfAny(),
        )
      ).message,
    ).toContain(`(guid-${maxNamed - 1})). May not.`);
  });
});
