import { describe, expect, it } from "vitest";
import { reads, repeatable } from "../../../lib/exchange/client/command.ts";

const command = (cmdlet: string): { cmdlet: string; parameters: Record<string, never> } => ({
  cmdlet,
  parameters: {},
});

describe("a cmdlet's verb", () => {
  it.each([
    "Get-Mailbox",
    "get-mailbox",
    "Set-Mailbox",
    "Add-DistributionGroupMember",
    "Remove-MailboxPermission",
  ])("%s allows sending again", (cmdlet) => {
    expect(repeatable(command(cmdlet))).toBe(true);
  });

  it.each([
    "New-DistributionGroup",
    "new-Mailbox",
    "Enable-Mailbox",
    "Start-Anything",
    "Getaway-Car",
    "",
  ])("%j does not", (cmdlet) => {
    expect(repeatable(command(cmdlet))).toBe(false);
  });

  it("only Get- reads", () => {
    expect(
      ["Get-Mailbox", "Set-Mailbox", "Remove-Mailbox", "Forget-Mailbox"].map((cmdlet) =>
        reads(command(cmdlet)),
      ),
    ).toEqual([true, false, false, false]);
  });
});
