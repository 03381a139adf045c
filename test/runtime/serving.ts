/** A service in the process of a test, against an emulator. */
import { setImmediate as turn } from "node:timers/promises";
import { sharedConnector, type Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { Unusable } from "../../lib/host/schemaContract.ts";
import { httpTransport } from "../../lib/net/transport.ts";
import { openService, type Limits, type Service } from "../../lib/runtime/serve/service.ts";
import { listActions, loadAction } from "../../tools/session/actions.ts";

export interface Serving {
  service: Service;
  /** Sends an event; resolves when it has its answer. */
  send(id: string, action: string, event: unknown): Promise<void>;
  sendText(text: string): Promise<void>;
  answers: { id: string | null; answer: Answer }[];
  records: { id: string; record: unknown }[];
  log: { id: string; level: string; message: string }[];
  /** Everything that was written, as it was written. */
  written: string[];
  answerOf(id: string | null): Answer;
  close(): void;
}

export interface ServingChoices extends Partial<Limits> {
  env: Record<string, string>;
  actionOf?(name: string): Promise<Action<AnyEvent, Targets>>;
  isGone?(): boolean;
  /** Waits take their time. */
  isPatient?: boolean;
}

const names = listActions();

/** The actions of the product. */
export async function actionOf(name: string): Promise<Action<AnyEvent, Targets>> {
  if (names.includes(name)) return await loadAction(name);
  throw new Unusable([`There is no action ${name}.`]);
}

export function serving({
  env,
  atOnce = 8,
  waiting = 100,
  actionOf: load = actionOf,
  isGone = () => false,
}: ServingChoices): Serving {
  const { connect, close } = sharedConnector({
    transport: httpTransport,
    sleep: (_, signal) => turn(undefined, { signal }),
    random: Math.random,
    clock: Date.now,
  });
  const service = openService(
    { actionOf: load, connect, env, now: () => performance.now() },
    { atOnce, waiting },
  );
  const written: string[] = [];
  const all: Pick<Serving, "answers" | "records" | "log"> = { answers: [], records: [], log: [] };
  const to = {
    line(text: string) {
      written.push(text);
      const document = JSON.parse(text) as Serving["answers"][number] | Serving["records"][number];
      if ("answer" in document) all.answers.push(document);
      else all.records.push(document);
      return Promise.resolve(true);
    },
    log(text: string) {
      written.push(text);
      all.log.push(JSON.parse(text) as Serving["log"][number]);
    },
    isGone,
  };
  const sendText = (text: string): Promise<void> =>
    service.take(Buffer.from(text), to, { source: "the line" });
  return {
    service,
    ...all,
    written,
    sendText,
    send: (id, action, event) => sendText(JSON.stringify({ id, action, event })),
    answerOf(id) {
      const found = all.answers.filter((one) => one.id === id);
      if (found.length !== 1 || !found[0]) throw new Error(`${found.length} answers to ${id}.`);
      return found[0].answer;
    },
    close,
  };
}
