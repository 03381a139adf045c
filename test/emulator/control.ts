/**
 * The control API under `/_emulator/`: for tests, without a token. It is not part of the service.
 */
import { Refusal } from "./exchange/errors.ts";
import { readFaults } from "./faults.ts";
import type { Incoming } from "./incoming.ts";
import type { Emulator } from "./emulator.ts";
import type { Licence } from "./licence.ts";
import { isRecord, isText } from "./shapes.ts";

export function answerControl(incoming: Incoming, emulator: Emulator): Response {
  const what = `${incoming.method} ${incoming.url.pathname.slice("/_emulator/".length)}`;
  try {
    switch (what) {
      case "GET connection":
        return Response.json(connectionOf(emulator));
      case "GET state":
        return Response.json(emulator.state());
      case "PUT state":
        emulator.replaceState(body(incoming));
        return new Response(null, { status: 204 });
      case "GET journal":
        return Response.json(emulator.journal());
      case "DELETE journal":
        emulator.clearJournal();
        return new Response(null, { status: 204 });
      case "GET faults":
        return Response.json(emulator.faults());
      case "PUT faults":
        emulator.setFaults(readFaults(body(incoming)));
        return new Response(null, { status: 204 });
      case "PUT licence":
        emulator.setLicence(licenceFrom(body(incoming)));
        return new Response(null, { status: 204 });
      case "PUT clock":
        setClock(body(incoming), emulator);
        return Response.json({ now: emulator.now() });
      case "GET clock":
        return Response.json({ now: emulator.now() });
      default:
        return Response.json(
          { problems: [`${what}: there is connection, state, journal, faults, licence and clock`] },
          { status: 404 },
        );
    }
  } catch (error) {
    if (error instanceof StateProblems)
      return Response.json({ problems: error.problems }, { status: 400 });
    if (error instanceof Refusal)
      return Response.json({ problems: [error.message] }, { status: 400 });
    throw error;
  }
}

/** What a client needs to use the emulated tenant. */
function connectionOf(emulator: Emulator): Record<string, string> {
  const { login, exchange } = emulator.baseUrls();
  const { displayName, initialDomain, cloud } = emulator.state().tenant;
  return {
    loginUrl: login,
    exchangeUrl: exchange,
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

function setClock(json: unknown, emulator: Emulator): void {
  const { now, advanceMs } = (json ?? {}) as { now?: unknown; advanceMs?: unknown };
  if (typeof now === "number") emulator.advance(now - emulator.now());
  else if (typeof advanceMs === "number") emulator.advance(advanceMs);
  else
    throw new StateProblems([
      'the body must be {"now": milliseconds} or {"advanceMs": milliseconds}',
    ]);
}
