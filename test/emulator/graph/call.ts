/** One request to Microsoft Graph, taken apart for its handler. */
import type { Grant } from "../entra/login.ts";
import type { Incoming } from "../incoming.ts";
import { answerOf, jsonAnswer, type Answer } from "../message.ts";
import { isGuid } from "../shapes.ts";
import type { Directory, Entity } from "./directory.ts";
import { badRequest, denied, invalidIdentifier, notFound } from "./errors.ts";
import { isObject, textOf, type Values } from "./json.ts";
import { holdsOneOf } from "./operations.ts";
import type { GraphPages } from "./pages.ts";
import type { Kind } from "./properties.ts";

export interface Call {
  incoming: Incoming;
  /** Values of the placeholders of the path. */
  parameters: Readonly<Record<string, string>>;
  directory: Directory;
  pages: GraphPages;
  grant: Grant;
  /** Milliseconds since 1970. */
  now: number;
  /** Origin of the links in answers, with the version. */
  root: string;
}

export type Handler = (call: Call) => Answer;

/** Documented. */
const contentType =
  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

export const json = (value: object, status = 200, headers: Record<string, string> = {}): Answer =>
  jsonAnswer(value, status, { "Content-Type": contentType, ...headers });
export const noContent = (): Answer => answerOf(204);

/** Refuses an application that does not hold one of these roles. */
export function requireRoles({ grant }: Call, alternatives: readonly string[]): void {
  if (!holdsOneOf(grant.appRoles, alternatives)) throw denied();
}

/**
 * The object that a placeholder names: by id, or a user by user name. Throws when it does not exist, also when only
 * readers do not see it yet.
 */
export function named(call: Call, placeholder: string, kind?: Kind): Entity {
  const text = call.parameters[placeholder] ?? "";
  const { directory } = call;
  const entity = entityOf(text, directory, kind);
  if (!entity || !directory.seen(entity.id)) throw notFound(text);
  return entity;
}

function entityOf(text: string, directory: Directory, kind?: Kind): Entity | undefined {
  if (!isGuid(text)) {
    // Only a user has a name that a path accepts (the refusal is observed).
    if (kind !== "user") throw invalidIdentifier(text);
    return directory.userNamed(text);
  }
  const entity = directory.find(text);
  return kind === undefined || entity?.kind === kind ? entity : undefined;
}

/** The body, which must be an object. Both texts are assumed. */
export function bodyOf({ incoming }: Call): Values {
  const { headers, text, json: body } = incoming;
  if (text !== "" && headers["content-type"] === undefined)
    throw badRequest(
      "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
    );
  if (!isObject(body) || !/^application\/json\b/i.test(headers["content-type"] ?? ""))
    throw badRequest(
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of " +
        "valid JSON format.",
    );
  return withoutTypes(body);
}

/** The type of an object is an annotation and no property (documented for OData): SDKs send it with each. */
function withoutTypes(body: Values): Values {
  return Object.fromEntries(
    Object.entries(body)
      .filter(
        ([name, value]) =>
          !(name === "@odata.type" && textOf(value).startsWith("#microsoft.graph.")),
      )
      .map(([name, value]) => [name, isObject(value) ? withoutTypes(value) : value]),
  );
}

/** Of `{"@odata.id": ".../directoryObjects/{id}"}`: any host and either path is accepted (observed). */
export function referenced(text: unknown): string | undefined {
  const [, id] =
    /^https?:\/\/[^/]+\/v1\.0\/(?:users|groups|directoryObjects)\/([0-9a-f-]{36})$/i.exec(
      typeof text === "string" ? text : "",
    ) ?? [];
  return isGuid(id) ? id.toLowerCase() : undefined;
}
