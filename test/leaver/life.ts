import { deleting } from "../../lifecycle/delete.ts";
import { enabling } from "../../lifecycle/enable.ts";
import { Bench, guidOf } from "../bench.ts";
import { generator } from "../emulator/chance.ts";
import type { Fault } from "../emulator/faults.ts";
import { changeEventFor } from "../events.ts";
import { runInProcess } from "../inProcess.ts";
import type { DirectoryObject } from "../emulator/state.ts";
import { accessOf, resetSmall, tenantOf } from "./compared.ts";
import { everyStep } from "./everyStep.ts";

const aoife = guidOf("Aoife O'Brien");
const manager = guidOf("Petra Proxies");
const helper = guidOf("Leo Leaver");

/** A person who leaves, and returns, while the service has troubles. Everything follows from `seed`. */
export interface Life {
  seed: number;
  /** How often each event was sent until it succeeded. */
  tries: number;
  /** The troubles that struck a request, or ended a run. */
  met: string[];
  /** The outcome of each event. */
  outcomes: string[];
  /** What is wrong; empty when the tenant is as it has to be. */
  wrong: string[];
}

/** Mailboxes of which the leaver may have been granted everything. */
const shared = ["Info", "Sales", "Finance desk"].map(guidOf);
const cloudGroups = ["MailUniversalDistributionGroup", "MailUniversalSecurityGroup", "RoomList"];
const maxTries = 12;
const changing = [
  "Set-Mailbox",
  "Set-MailboxAutoReplyConfiguration",
  "Set-CASMailbox",
  "Remove-MobileDevice",
  "Add-MailboxPermission",
  "Add-RecipientPermission",
  "Remove-MailboxPermission",
  "Remove-RecipientPermission",
  "Add-DistributionGroupMember",
  "Remove-DistributionGroupMember",
  "Add-MailboxFolderPermission",
  "Remove-MailboxFolderPermission",
];

/** Lives one life in a tenant of its own state. */
export async function lived(bench: Bench, seed: number): Promise<Life> {
  const random = generator(seed);
  const isSo = (): boolean => random() < 0.5;
  const [office] = everyStep(helper).policies;
  const steps = (office?.Steps ?? [])
    // The step that has to be the last one stays there.
    .map((step) => ({ step, at: step.Step === "EndAccess" ? 1 : random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ step }) => step)
    .filter((_, index) => index === 0 || random() < 0.7);
  const file = { ...everyStep(helper), policies: [{ ...office, Steps: steps }] };
  const change = (object: DirectoryObject): void => {
    if (
      cloudGroups.includes(String(object["RecipientTypeDetails"])) &&
      object["IsDirSynced"] !== true
    ) {
      const others = [object["Members"] ?? []]
        .flat()
        .map(String)
        .filter((member) => member !== aoife);
      object["Members"] = random() < 0.3 ? [...others, aoife] : others;
    }
    if (shared.includes(String(object["Guid"])) && isSo()) object["GrantSendOnBehalfTo"] = [aoife];
    if (object["Guid"] !== aoife) return;
    object["MobileDevices"] = shared.filter(isSo);
    object["EmailAddresses"] = [
      "SMTP:aoife.obrien@contoso.com",
      ...["a", "b", "c"].filter(isSo).map((name) => `smtp:aoife.${name}@contoso.com`),
    ];
    if (isSo()) object["ForwardingSmtpAddress"] = "smtp:old@fabrikam.com";
    if (isSo()) object["DeliverToMailboxAndForward"] = true;
    if (isSo()) object["GrantSendOnBehalfTo"] = [helper];
    if (isSo()) object["ExtensionCustomAttribute5"] = ["of somebody else"];
  };
  const access = { [aoife]: shared.filter(isSo) };
  resetSmall(bench, { kept: [aoife, manager, helper, ...shared], access, change });
  const life: Life = { seed, tries: 0, met: [], outcomes: [], wrong: [] };
  const event = changeEventFor(bench.running, { manager: isSo() ? manager : null });

  async function until(action: Parameters<typeof runInProcess>[0], what: string): Promise<void> {
    for (let tries = 0; tries < maxTries; tries++) {
      life.tries++;
      // The last tries are undisturbed: then it has to succeed.
      bench.emulator.setFaults(tries < 3 ? troublesFrom(random) : []);
      const endsAt = tries < 3 && isSo() ? 1 + Math.floor(random() * 30) : undefined;
      const { answer } = await runInProcess(action, event, bench.urls, {
        advance: () => undefined,
        ...(endsAt !== undefined && { endsAt }),
      }).catch(() => ({ answer: undefined }));
      if (endsAt !== undefined) life.met.push("killed");
      life.met.push(...bench.emulator.journal().flatMap(({ fault }) => fault ?? []));
      life.outcomes.push((answer as { outcome?: string } | undefined)?.outcome ?? "none");
      bench.emulator.clearJournal();
      if (isSuccess(answer)) return;
    }
    life.wrong.push(`${what} never succeeded`);
  }

  const tenant = (): string[] => [...tenantOf(bench, aoife), ...accessOf(bench, aoife)];
  const before = tenant();
  const leaving = deleting(file);
  await until(leaving, "the leave");
  bench.emulator.setFaults([]);
  const left = bench.stored(aoife);
  for (const { Step } of steps) {
    const wrong = Step === "ConvertToShared" && left["RecipientTypeDetails"] !== "SharedMailbox";
    if (wrong) life.wrong.push("the mailbox was not converted, and the leave succeeded");
    if (Step === "ChangeDisplayName" && !String(left["DisplayName"]).endsWith(" (left)"))
      life.wrong.push("the display name was not changed, and the leave succeeded");
    if (
      Step === "EndMemberships" &&
      tenantOf(bench, aoife).some((line) => line.startsWith("member of"))
    )
      life.wrong.push("a membership stayed, and the leave succeeded");
    if (Step === "EndAccess" && accessOf(bench, aoife).length > 0)
      life.wrong.push("access to other mailboxes stayed, and the leave succeeded");
    if (Step === "RemoveMobileDevices" && [left["MobileDevices"] ?? []].flat().length > 0)
      life.wrong.push("a mobile device stayed, and the leave succeeded");
    if (Step === "CancelMeetings" && left["OrganizedMeetings"] !== 0)
      life.wrong.push("meetings were not cancelled, and the leave succeeded");
    if (Step === "RemoveAliases" && (left["EmailAddresses"] as string[]).length > 1)
      life.wrong.push("aliases stayed, and the leave succeeded");
  }
  await until(enabling(file), "the return");
  const after = tenant();
  const gone = before.filter((line) => !after.includes(line));
  const added = after.filter((line) => !before.includes(line));
  if (gone.length + added.length > 0)
    life.wrong.push(
      ["the tenant is not as before", "before:", ...gone, "after:", ...added].join("\n"),
    );
  return life;
}

function isSuccess(answer: unknown): boolean {
  const output = (answer as { outputContext?: { Success?: unknown } } | undefined)?.outputContext;
  return output?.Success === true;
}

/** Up to two troubles, each on some requests. */
function troublesFrom(random: () => number): Fault[] {
  const kinds: Fault[] = [
    { named: "throttled" },
    { named: "unavailable" },
    // Of changes only: of what was there before, the first read is the only witness.
    ...changing.map((cmdlet): Fault => ({ named: "ignored", match: { cmdlet } })),
    { cut: "before" },
    { cut: "after" },
    { cut: "half" },
    { drop: true, match: { item: true } },
  ];
  return Array.from({ length: Math.floor(random() * 3) }, (): Fault => {
    const kind = kinds[Math.floor(random() * kinds.length)] ?? {};
    return {
      ...kind,
      chance: 0.15,
      seed: Math.floor(random() * 1e9),
      times: 1 + Math.floor(random() * 3),
    };
  });
}
