/** The story of `npm start -- worker`: a thousand people at once, through the queue and a worker in this process. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { machineSeams, sharedConnector } from "../../lib/connector.ts";
import {
  answerIn,
  eventHandler,
  eventQueue,
  type EventQueue,
} from "../../lib/runtime/queue/eventQueue.ts";
import type { GroupStats, Handle, JobQueue } from "../../lib/runtime/queue/jobQueue.ts";
import { openJobQueue } from "../../lib/runtime/queue/pgBossQueue.ts";
import { sealingWith } from "../../lib/runtime/queue/sealing.ts";
import { openService } from "../../lib/runtime/serve/service.ts";
import { manySharedMailboxes } from "../../test/emulator/seed.ts";
import type { RunningEmulator } from "../../test/emulator/server.ts";
import type { State } from "../../test/emulator/state.ts";
import { actionNamed } from "../session/actions.ts";
import { Failure } from "../session/failure.ts";
import { progressBar } from "./progressBar.ts";
import type { Terminal } from "./terminal.ts";

/** How many people the story has. A test plays it with fewer. */
export const demoPeople = 1_000;

const team = "Care 2027";
const atOnce = 8;
/** Short, so that what fails for a moment goes back to the queue instead of waiting in its event. */
const deadlineMs = 1_000;
const lookMs = 200;

/** The tenant of the story: its people, and one shared mailbox. Everyone is mastered in the cloud. */
export function demoWorkerState(people = demoPeople): State {
  const state = manySharedMailboxes(1, people);
  for (const object of state.objects) {
    delete object["IsDirSynced"];
    delete object["ImmutableId"];
  }
  return state;
}

/** What the story has to say, also as JSON. */
export interface WorkerStory {
  people: number;
  /** Events that were sent to the queue. */
  sent: number;
  seconds: number;
  /** Attempts after which an event was repeated. */
  repeated: number;
  /** The event that was given up, and that a person released. */
  blocked: { id: string; attempts: number; behind: number; reason: string };
  completed: number;
  /** Read from the tenant. */
  tenant: { inTeam: number; newRights: string[] };
}

/** Plays it. Throws a `Failure` when it does not end as it has to. */
export async function playWorker(
  running: RunningEmulator,
  { terminal, verbose, json }: { terminal: Terminal; verbose: boolean; json: boolean },
): Promise<WorkerStory> {
  const { emulator } = running;
  const say = (text = ""): void => {
    if (!json) terminal.line(text);
  };
  const people = emulator.state().objects.filter(isPerson);
  const chosen = people[Math.floor(people.length / 2)];
  const shared = emulator.state().objects.find((object) => !isPerson(object));
  if (chosen === undefined || shared === undefined) throw new Failure("The tenant is too small.");
  const lines = [
    eventLine("rights", "permissions/sharedMailboxes/grantPermission", {
      ...contextOf(running, chosen["Guid"]),
      References: {
        Account: chosen["Guid"],
        ManagerAccount: null,
        Permission: { Id: shared["Guid"] },
      },
      PermissionDisplayName: `Shared Mailbox - ${String(shared["DisplayName"])}`,
    }),
    ...people.map((person, index) =>
      eventLine(
        `move ${index + 1}`,
        "lifecycle/update",
        { ...contextOf(running, person["Guid"]), Data: { CustomAttribute2: team } },
        { Data: { CustomAttribute2: team } },
      ),
    ),
  ];
  // Now and then the service refuses a request. One cmdlet it cannot run at all, until someone repairs it.
  const broken = { match: { cmdlet: "Add-MailboxPermission" }, named: "unavailable" } as const;
  const busy = [
    {
      match: { cmdlet: "Set-Mailbox" },
      named: "throttledNoRetryAfter",
      chance: 0.02,
      seed: 7,
    } as const,
  ];
  emulator.setFaults([broken, ...busy]);

  const stage = await openStage(running);
  const begin = performance.now();
  let repeated = 0;
  const handle: Handle = async (job) => {
    const ended = await stage.handle(job);
    if (ended.how === "again") repeated++;
    return ended;
  };
  try {
    say(terminal.styled("bold", `1. ${people.length} people move to another team, all at once.`));
    const { added } = await stage.events.send(
      lines.map((line, index) => ({ bytes: Buffer.from(line), source: `line ${index + 1}` })),
    );
    say(`   ${added} events are in the queue, sealed. No account has more than one running.`);
    const work = stage.queue.work(handle, {
      atOnce,
      perGroup: atOnce,
      log: (level, message) => {
        if (verbose) terminal.note(`   ${level}: ${message}`);
      },
    });
    const shown = async (isOver: (stats: GroupStats) => boolean): Promise<GroupStats> => {
      for (;;) {
        const [stats] = await stage.queue.stats();
        if (stats !== undefined) {
          const about = `${stats.completed} of ${added} events, ${repeated} repeated`;
          terminal.progress(progressBar(stats.completed / added, about));
          if (isOver(stats)) return stats;
        }
        await delay(lookMs);
      }
    };
    const left = (stats: GroupStats): number =>
      stats.waiting - stats.behindBlocked + stats.running + stats.retrying;
    const before = await shown((stats) => stats.blocked > 0 && left(stats) === 0);
    say(`   ${before.completed} are done. Attempts that failed, and were repeated: ${repeated}.`);
    say();
    say(terminal.styled("bold", "2. One account is blocked."));
    const [blocked] = await stage.events.blocked();
    if (blocked === undefined) throw new Failure("No event is blocked.");
    const reason =
      answerIn(blocked.lines ?? "")?.outputContext.AuditLogs.find(({ IsError }) => IsError)
        ?.Message ?? "";
    say(`   ${blocked.id}: ${blocked.action}, given up after ${blocked.attempts} attempts:`);
    say(`   ${terminal.styled("red", reason)}`);
    say(`   ${blocked.behind} later event of ${nameOf(chosen)} waits behind it. No one else does.`);
    say();
    say(terminal.styled("bold", "3. The service is repaired, and a person releases the account."));
    emulator.setFaults(busy);
    await stage.events.retry(blocked.id);
    const after = await shown((stats) => stats.blocked === 0 && left(stats) === 0);
    await work.stop();
    const seconds = (performance.now() - begin) / 1000;
    say(`   ${after.completed} of ${added} events are done, in ${seconds.toFixed(1)} s.`);
    const tenant = tenantOf(running, String(shared["Guid"]), String(chosen["Guid"]));
    say();
    say(terminal.styled("bold", "4. What the tenant holds now"));
    say(`   ${tenant.inTeam} of ${people.length} mailboxes are in ${team}.`);
    const rights = tenant.newRights.join(" and ");
    say(`   ${nameOf(chosen)} has ${rights} on ${String(shared["DisplayName"])}.`);
    if (
      after.completed !== added ||
      tenant.inTeam !== people.length ||
      tenant.newRights.length !== 2
    )
      throw new Failure("The tenant does not hold what the events say.");
    return {
      people: people.length,
      sent: added,
      seconds,
      repeated,
      blocked: {
        id: blocked.id,
        attempts: blocked.attempts,
        behind: blocked.behind,
        reason,
      },
      completed: after.completed,
      tenant,
    };
  } finally {
    await stage.close();
  }
}

interface WorkerStage {
  queue: JobQueue;
  events: EventQueue;
  handle: Handle;
  close(): Promise<void>;
}

/** A queue in memory, and the actions for its events. */
async function openStage({ env }: RunningEmulator): Promise<WorkerStage> {
  const sealing = sealingWith(randomBytes(32));
  const queue = await openJobQueue(
    { embedded: undefined },
    {
      log: () => undefined,
      watches: true,
      mark: sealing.keyId,
      seals: sealing.contentKeyIds,
      retrySeconds: 1,
      maxRetries: 3,
    },
  );
  const { connect, close } = sharedConnector(machineSeams);
  const service = openService(
    {
      actionOf: actionNamed,
      connect,
      env: { ...env, EXO_CONNECTOR_DEADLINE_MS: String(deadlineMs) },
      now: () => performance.now(),
    },
    { atOnce, waiting: atOnce },
  );
  const events = eventQueue(queue, {
    sealing,
    async check(name) {
      await actionNamed(name);
    },
  });
  return {
    queue,
    events,
    handle: eventHandler(service, { sealing, whole: events.whole, queue, log: () => undefined }),
    async close() {
      await queue.close();
      close();
    },
  };
}

function contextOf(
  { tenantId, clientId, clientSecret }: RunningEmulator,
  Account: unknown,
): object {
  return {
    Configuration: {
      Organization: "contoso.onmicrosoft.com",
      TenantID: tenantId,
      AppId: clientId,
      AppSecret: clientSecret,
    },
    DryRun: false,
    References: { Account, ManagerAccount: null },
  };
}

function eventLine(
  id: string,
  action: string,
  actionContext: object,
  outputContext: object = {},
): string {
  const event = { actionContext, personContext: { Person: {} }, outputContext };
  return JSON.stringify({ id, action, event });
}

type Person = State["objects"][number];

function isPerson({ RecipientTypeDetails }: Person): boolean {
  return RecipientTypeDetails === "UserMailbox";
}

function nameOf({ DisplayName }: Person): string {
  return String(DisplayName);
}

function tenantOf(
  { emulator }: RunningEmulator,
  mailbox: string,
  trustee: string,
): WorkerStory["tenant"] {
  const { objects, mailboxPermissions = [], recipientPermissions = [] } = emulator.state();
  const fullAccess = mailboxPermissions
    .filter((one) => one.mailbox === mailbox && one.trustee === trustee)
    .flatMap(({ rights }) => rights);
  const sendAs = recipientPermissions
    .filter((one) => one.recipient === mailbox && one.trustee === trustee)
    .flatMap(({ rights }) => rights);
  return {
    inTeam: objects.filter((one) => isPerson(one) && one["CustomAttribute2"] === team).length,
    newRights: [...fullAccess, ...sendAs],
  };
}
