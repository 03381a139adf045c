import { describe, expect, it } from "vitest";
import { applyToFormer, hidingFormer } from "../../lib/exchange/formerMailbox.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { settingsFrom } from "../../lib/exchange/settings.ts";
import type { ExchangeStep } from "../../lib/exchange/target.ts";
import { guidOf } from "./answering.ts";
import { clientOf, faultOf, notFound, rows } from "./scripted.ts";

const left = (own: Record<string, unknown> = {}): Mailbox => ({
  Guid: guidOf(1),
  DisplayName: "Jan",
  UserPrincipalName: "jan@contoso.com",
  PrimarySmtpAddress: "jan@contoso.com",
  RecipientTypeDetails: "MailUser",
  HiddenFromAddressListsEnabled: false,
  ...own,
});
const shown = `"Jan" <jan@contoso.com> (${guidOf(1)})`;

/** What is sent for these settings, and the audit. */
async function applied(
  former: Mailbox,
  fields: Record<string, unknown>,
): Promise<{ changes: ExchangeStep[]; messages: string[]; after: Mailbox }> {
  const changes: ExchangeStep[] = [];
  const { audit, after } = await applyToFormer(former, settingsFrom(Object.entries(fields)), {
    change: (step) => (changes.push(step as ExchangeStep), Promise.resolve("done")),
  });
  return { changes, messages: audit.map(({ Message }) => Message), after };
}

describe("the mail user that remains of a mailbox", () => {
  const hide = { HiddenFromAddressListsEnabled: "True" };

  it("is hidden, and its other settings are named", async () => {
    expect(await applied(left(), { ...hide, CustomAttribute1: "x" })).toMatchObject({
      changes: [
        {
          operation: "Set-MailUser",
          parameters: { Identity: guidOf(1), HiddenFromAddressListsEnabled: true },
          isInPlace: false,
        },
      ],
      messages: [`${shown} is a MailUser and has no mailbox, so CustomAttribute1 was not set.`],
      after: { HiddenFromAddressListsEnabled: true },
    });
  });

  it("that is hidden already needs no change", () => {
    expect(hidingFormer(left({ HiddenFromAddressListsEnabled: true })).isInPlace).toBe(true);
  });

  it("is read as hidden, as a mailbox or as a mail user", async () => {
    const look = (...answers: Parameters<typeof clientOf>[0]): unknown =>
      hidingFormer(left()).isInEffect?.(clientOf(answers));
    const gone = notFound(guidOf(1));
    for (const isHidden of [true, false]) {
      const row = left({ HiddenFromAddressListsEnabled: isHidden });
      expect(await look(gone, rows([row]))).toBe(isHidden);
      expect(await look(rows([{ ...row, RecipientTypeDetails: "UserMailbox" }]))).toBe(isHidden);
    }
  });

  it("is only ever changed by hiding it", async () => {
    for (const fields of [{ HiddenFromAddressListsEnabled: "False" }, { CustomAttribute1: "x" }])
      expect((await applied(left(), fields)).changes).toEqual([]);
  });

  it("is in no address list when it is a plain user", async () => {
    expect(await applied(left({ RecipientTypeDetails: "User" }), hide)).toMatchObject({
      changes: [],
      messages: [`${shown} is a User and has no mailbox, and is not in the address lists.`],
    });
  });

  it("is missing when it is deleted", async () => {
    const deleted = left({ RecipientTypeDetails: "soft-deleted UserMailbox" });
    expect(await faultOf(applied(deleted, hide))).toMatchObject({
      kind: "missing",
      isProven: true,
    });
  });
});
