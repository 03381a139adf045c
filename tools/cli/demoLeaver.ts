/** The story of `npm start -- leaver`: what a policy does with the mailbox of a leaver, and what a return undoes. */
import type { RunningEmulator } from "../../test/emulator/server.ts";
import type { State } from "../../test/emulator/state.ts";
import { deleting } from "../../lifecycle/delete.ts";
import { enabling } from "../../lifecycle/enable.ts";
import type { Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { configurationFor, type Chapter, type Tenant } from "./demoEvents.ts";

const aoife = "0b1ec700-0000-4000-8000-000000000001";
const press = "0b1ec700-0000-4000-8000-0000000003f0";
const finance = "0b1ec700-0000-4000-8000-0000000003eb";

/**
 * The policies of the story. Those of an installation are in lifecycle/leaver.json, which has none until someone adds
 * them.
 */
const policies = {
  MarkerProperty: "ExtensionCustomAttribute5",
  policies: [
    {
      Id: "sales",
      Event: "delete",
      AppliesTo: [{ Property: "CustomAttribute2", Values: ["Sales"] }],
      Steps: [
        { Step: "EndMemberships" },
        { Step: "ConvertToShared" },
        { Step: "Share", With: ["manager"], Rights: ["FullAccess"], WithoutManager: "fail" },
        {
          Step: "SetAutomaticReply",
          Messages: [
            {
              InternalMessage:
                "<p>{DisplayName} has left. Please write to {ManagerDisplayName}.</p>",
            },
          ],
          WithoutManager: "fail",
        },
        { Step: "ChangeDisplayName", Suffix: " (left)" },
        { Step: "Hide" },
        { Step: "DisableProtocols", Protocols: ["ActiveSyncEnabled", "ImapEnabled"] },
        { Step: "EndAccess" },
      ],
    },
  ],
};

/**
 * The stage of the story. Gives the leaver a department, and access to a mailbox and a calendar of others. The actions
 * have the policies of the story, and run in this process: bundles have those of their installation built in.
 */
export function leaverStage(state: State) {
  (state.mailboxPermissions ??= []).push({
    mailbox: press,
    trustee: aoife,
    rights: ["FullAccess"],
    autoMapping: true,
  });
  (state.recipientPermissions ??= []).push({
    recipient: press,
    trustee: aoife,
    rights: ["SendAs"],
  });
  (state.folderPermissions ??= []).push({
    mailbox: finance,
    folder: "Calendar",
    user: aoife,
    rights: ["Editor"],
  });
  const leaver = state.objects.find(({ Guid }) => Guid === aoife);
  if (leaver) leaver["CustomAttribute2"] = "Sales";
  const manager = state.objects.find(({ DisplayName }) => DisplayName === "Petra Proxies");
  const actions: Readonly<Record<string, Action<AnyEvent, Targets>>> = {
    "lifecycle/delete": deleting(policies),
    "lifecycle/enable": enabling(policies),
  };
  return {
    chapters: (tenant: Tenant) => leaverStory(tenant, String(manager?.["Guid"])),
    actions,
    showsSentences: true,
    afterwards: leftOver,
  };
}

/** A person leaves, and is hired again. `manager`: the Guid of a mailbox. */
function leaverStory(tenant: Tenant, manager: string): Chapter[] {
  const event = (DryRun: boolean): Chapter["event"] => ({
    actionContext: {
      Configuration: configurationFor(tenant),
      DryRun,
      Operation: "undefined",
      Data: {},
      References: { Account: aoife, ManagerAccount: manager },
      Origin: "enforcement",
    },
    personContext: { Person: { ExternalId: "E100001", DisplayName: "Aoife O'Brien (E100001)" } },
    outputContext: { Data: {} },
  });
  return [
    {
      title:
        "Aoife O'Brien leaves. A preview shows what the policy would change, and writes nothing.",
      action: "lifecycle/delete",
      event: event(true),
    },
    {
      title:
        "Her mailbox is shared with her manager, and her memberships and her access to others end.",
      action: "lifecycle/delete",
      event: event(false),
    },
    {
      title: "The event comes a second time: everything is looked at, and nothing is written.",
      action: "lifecycle/delete",
      event: event(false),
    },
    {
      title: "She is hired again: what the policy changed is undone, and nothing else.",
      action: "lifecycle/enable",
      event: event(false),
    },
  ];
}

/** What is different in the tenant after the story. The order of a list is no difference. */
function leftOver({ emulator }: RunningEmulator): string[] {
  const names = emulator
    .changes()
    .flatMap(({ object, differences }) =>
      differences
        .filter(({ from, to }) => sortedText(from) !== sortedText(to))
        .map(({ property }) => `${property} of ${object.name}`),
    );
  return [`Different from before she left: ${names.join(", ")}. The automatic reply is off.`];
}

function sortedText(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.map(String).sort() : value);
}
