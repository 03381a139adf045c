/**
 * The control API under `/_emulator/`: for tests, without a token. It is not part of the service.
 */
import { catalogue } from "./catalogue.ts";
import { Refusal } from "./exchange/errors.ts";
import { faultNames, readFaults } from "./faults.ts";
import type { Incoming } from "./incoming.ts";
import type { Emulator } from "./emulator.ts";
import type { Licence } from "./licence.ts";
import { answerOf, jsonAnswer, type Answer } from "./message.ts";
import { pageFile } from "./page.ts";
import { isRecord, isText } from "./shapes.ts";
import { detailsOf, findObjects, kindOf, summaryOf, type Details, type Kind } from "./view.ts";

type Control = (incoming: Incoming, emulator: Emulator) => unknown;

/** By method and path. What they return is sent as JSON; undefined is 204. */
const answers: Readonly<Record<string, Control>> = {
  "GET connection": (_, emulator) => connectionOf(emulator),
  "GET tenant": (_, emulator) => tenantOf(emulator),
  "GET names": () => ({ faults: faultNames, cmdlets: Object.keys(catalogue.cmdlets) }),
  "GET objects": objectsOf,
  "GET object": objectOf,
  "GET state": (_, emulator) => emulator.state(),
  "PUT state": (incoming, emulator) => emulator.replaceState(body(incoming)),
  "DELETE state": (_, emulator) => emulator.reset(),
  "GET changes": (_, emulator) => emulator.changes(),
  "DELETE changes": (_, emulator) => emulator.remember(),
  "GET behaviour": (_, emulator) => emulator.state().behaviour,
  "PATCH behaviour": (incoming, emulator) => emulator.setBehaviour(body(incoming)),
  "GET journal": (_, emulator) => emulator.journal(),
  "DELETE journal": (_, emulator) => emulator.clearJournal(),
  "GET requests": ({ url }, emulator) =>
    emulator.answeredAfter(Number(url.searchParams.get("after") ?? 0)),
  "GET faults": (_, emulator) => emulator.faults(),
  "PUT faults": (incoming, emulator) => emulator.setFaults(readFaults(body(incoming))),
  "PATCH faults": (incoming, emulator) => emulator.addFaults(readFaults(body(incoming))),
  "PUT licence": (incoming, emulator) => emulator.setLicence(licenceFrom(body(incoming))),
  "GET refreshTokens": (_, emulator) => [...emulator.signIns().refreshTokens.values()],
  "DELETE refreshTokens": ({ url }, emulator) =>
    revoke(url.searchParams.get("user") ?? "", emulator),
  "GET approvals": (_, emulator) => emulator.signIns().approvals,
  "GET clock": (_, emulator) => ({ now: emulator.now() }),
  "PUT clock": (incoming, emulator) => {
    setClock(body(incoming), emulator);
    return { now: emulator.now() };
  },
};

/** A website whose name leads to this machine must not reach the control API through a browser. */
const local = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

export function answerControl(incoming: Incoming, emulator: Emulator): Answer {
  // Absent in the same process.
  const host = incoming.headers["host"] ?? "localhost";
  if (!local.test(host))
    return jsonAnswer({ problems: [`Host is ${host}; expected 127.0.0.1 or localhost`] }, 403);
  const file = incoming.method === "GET" ? pageFile(incoming.url.pathname) : undefined;
  if (file) return file;
  const what = `${incoming.method} ${incoming.url.pathname.slice("/_emulator/".length)}`;
  try {
    const answer = answers[what];
    if (!answer) return unknown(what);
    const result = answer(incoming, emulator);
    return result === undefined ? answerOf(204) : jsonAnswer(result);
  } catch (error) {
    if (error instanceof StateProblems) return jsonAnswer({ problems: error.problems }, 400);
    if (error instanceof Refusal) return jsonAnswer({ problems: [error.message] }, 400);
    throw error;
  }
}

function unknown(what: string): Answer {
  const known = [...new Set(Object.keys(answers).map((one) => one.split(" ")[1]))];
  const problem = `${what}: there is ${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
  return jsonAnswer({ problems: [problem] }, 404);
}

function tenantOf(emulator: Emulator): object {
  const { tenant, objects } = emulator.state();
  const counts: Record<Kind, number> = { mailboxes: 0, groups: 0, others: 0 };
  for (const object of objects) counts[kindOf(object)] += 1;
  return { ...tenant, counts };
}

/** Objects in one answer. */
const listed = 50;

function objectsOf({ url }: Incoming, emulator: Emulator): object {
  const kind = url.searchParams.get("kind") ?? undefined;
  if (kind !== undefined && !isKind(kind))
    throw new StateProblems([`kind: must be one of ${kinds.join(", ")}`]);
  const store = emulator.store();
  const found = findObjects(url.searchParams.get("search") ?? "", store, kind);
  return {
    count: found.length,
    objects: found.slice(0, listed).map((object) => summaryOf(object, store)),
  };
}

const kinds: readonly Kind[] = ["mailboxes", "groups", "others"];

function isKind(text: string): text is Kind {
  return kinds.some((kind) => kind === text);
}

function objectOf({ url }: Incoming, emulator: Emulator): Details {
  const guid = url.searchParams.get("guid") ?? "";
  const object = emulator.store().byGuid(guid);
  if (!object) throw new StateProblems([`guid: no object has ${JSON.stringify(guid)}`]);
  return detailsOf(object, emulator.store());
}

/** What a client needs to use the emulated tenant. */
function connectionOf(emulator: Emulator): Record<string, string> {
  const { login, exchange, graph } = emulator.baseUrls();
  const { displayName, initialDomain, cloud } = emulator.state().tenant;
  return {
    loginUrl: login,
    exchangeUrl: exchange,
    graphUrl: graph,
    ...emulator.credentials,
    organization: initialDomain,
    displayName,
    cloud,
  };
}

/** A state that cannot be used, with all its faults. */
export class StateProblems extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

function body(incoming: Incoming): unknown {
  if (incoming.json === undefined) throw new StateProblems(["the body is not JSON"]);
  return incoming.json;
}

function licenceFrom(json: unknown): Licence {
  const { user, licensed, becomes, ...others } = isRecord(json) ? json : {};
  const problems = [
    ...(isText(user) ? [] : ["user: must be an identity"]),
    ...(typeof licensed === "boolean" ? [] : ["licensed: must be true or false"]),
    ...(becomes === undefined || becomes === "MailUser" || becomes === "User"
      ? []
      : ["becomes: must be MailUser or User"]),
    ...Object.keys(others).map((key) => `${key}: is not a part of a licence`),
  ];
  if (problems.length > 0) throw new StateProblems(problems);
  // Each field was checked above.
  return json as Licence;
}

/** Ends the refresh tokens of a user (an object ID), as an administrator does; of every user without one. */
function revoke(userId: string, emulator: Emulator): void {
  for (const token of emulator.signIns().refreshTokens.values())
    if (userId === "" || token.userId === userId) token.endedAt ??= emulator.now();
}

function setClock(json: unknown, emulator: Emulator): void {
  const { now, advanceMs } = (json ?? {}) as { now?: unknown; advanceMs?: unknown };
  if (typeof now === "number") emulator.advance(now - emulator.now());
  else if (typeof advanceMs === "number") emulator.advance(advanceMs);
  else
    throw new StateProblems([
      'the body must be {"now": milliseconds} or {"advanceMs": milliseconds}',
    ]);
}
