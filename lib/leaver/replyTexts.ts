/** The texts of a leaver's automatic reply: by language, with placeholders. */
import type { AutoReply } from "../exchange/autoReply.ts";
import { escapedHtml } from "../exchange/html.ts";
import type { LeaverMessage } from "../generated/types.ts";

/** What the placeholders stand for, as plain text. */
export interface ReplyValues {
  DisplayName: string;
  PrimarySmtpAddress: string;
  ManagerDisplayName: string;
  ManagerPrimarySmtpAddress: string;
}

const placeholder = /\{([A-Za-z]+)\}/g;
const known: Readonly<Record<keyof ReplyValues, true>> = {
  DisplayName: true,
  PrimarySmtpAddress: true,
  ManagerDisplayName: true,
  ManagerPrimarySmtpAddress: true,
};

/** The placeholders that do not exist. */
export function unknownPlaceholders(messages: readonly LeaverMessage[]): string[] {
  return [...new Set(messages.flatMap(placeholdersIn))].filter(
    (name) => !Object.hasOwn(known, name),
  );
}

/** Whether a text names the manager. */
export function usesManager(message: LeaverMessage): boolean {
  return placeholdersIn(message).some((name) => name.startsWith("Manager"));
}

function placeholdersIn({ InternalMessage, ExternalMessage = "" }: LeaverMessage): string[] {
  return [...`${InternalMessage} ${ExternalMessage}`.matchAll(placeholder)].map(
    ([, name = ""]) => name,
  );
}

/**
 * The texts for a language such as `nl-NL`: those for exactly this language, else those for the language without its
 * region (`nl`), else those without a language.
 */
export function messageFor(
  messages: readonly LeaverMessage[],
  language: string,
): LeaverMessage | undefined {
  const wanted = language.trim().toLowerCase();
  const inLanguage = (name: string): LeaverMessage | undefined =>
    messages.find(({ Language = "" }) => Language.trim().toLowerCase() === name);
  return inLanguage(wanted) ?? inLanguage(wanted.split("-")[0] ?? "") ?? inLanguage("");
}

/** The reply with its placeholders replaced. What stands for them is text, so it is escaped for HTML. */
export function replyFrom(
  { InternalMessage, ExternalMessage = "" }: LeaverMessage,
  values: ReplyValues,
): AutoReply {
  const filled = (text: string): string =>
    text.replace(placeholder, (whole, name: string) =>
      Object.hasOwn(known, name) ? escaped(values[name as keyof ReplyValues]) : whole,
    );
  const external = filled(ExternalMessage).trim();
  return {
    AutoReplyState: "Enabled",
    InternalMessage: filled(InternalMessage),
    ExternalMessage: external,
    ExternalAudience: external === "" ? "None" : "All",
  };
}

/** The values of attributes as well. */
function escaped(text: string): string {
  return escapedHtml(text).replaceAll('"', "&quot;");
}
