/** The mail domains in mapped addresses. */
import { ofMailbox } from "../../lib/accounts/exchangeOnline.ts";
import { mailboxProperty } from "../../lib/exchange/mailbox.ts";
import type { JsonFile } from "./jsonFile.ts";
import { fixedValue, type MappedField, type MappingAction } from "./mapping.ts";
import { nearestAmong, type Problem } from "./problem.ts";
import { scriptProblem } from "./scriptPlace.ts";
import { nodesIn, parsedScript, type AnyNode } from "./scriptSyntax.ts";
import { endOf, literalOf } from "./scriptValues.ts";

interface FoundDomain {
  domain: string;
  /** The offset in the script; undefined outside a script. */
  at?: number;
}

const domainName = /[a-z0-9-]+(?:\.[a-z0-9-]+)+/i.source;
const onlyDomain = new RegExp(`^${domainName}$`, "i");
const afterAt = new RegExp(`@(${domainName})`, "gi");
/** The domain of the mapping that is shipped. */
const example = "contoso.com";
/** The fields whose addresses are at domains of the tenant; mail is forwarded and journalled to any. */
const ownAddresses = [
  ...["EmailAddresses", "WindowsEmailAddress", "MicrosoftOnlineServicesID", "UserPrincipalName"],
  ...["PrimarySmtpAddress", "mail"],
];

export function mappedDomainProblems(
  file: JsonFile,
  fields: readonly MappedField[],
  domains: readonly string[],
): Problem[] {
  return fields.flatMap((field) =>
    field.actions.flatMap((action) =>
      domainsOf(action).flatMap(({ domain, at }) => {
        const wrong = wrongDomain(domain, domains, isOwnAddress(field.name));
        if (!wrong) return [];
        if (at !== undefined) return [scriptProblem(file, field, action, { at, ...wrong })];
        const { message, severity } = wrong;
        return [file.problem(action.valueNode, message, { field: field.name, severity })];
      }),
    ),
  );
}

/** What is wrong with a domain: it is none of the tenant's, or the example of the shipped mapping. */
export function wrongDomain(
  domain: string,
  domains: readonly string[],
  isOwn = true,
): Pick<Problem, "message" | "severity"> | undefined {
  if (domains.some((own) => own.toLowerCase() === domain.toLowerCase())) return undefined;
  if (isOwn && domains.length > 0)
    return {
      message:
        `the domain is ${domain}, which is none of those of --domain; expected ` +
        `${domains.join(" or ")}${nearestAmong(domains, domain)}.`,
      severity: "error",
    };
  if (domain.toLowerCase() !== example) return undefined;
  return {
    message: `the domain is ${domain}, the example of the shipped mapping; expected your own domain.`,
    severity: "warning",
  };
}

/** The domains of the addresses in a text. */
export function domainsIn(text: string): string[] {
  return [...text.matchAll(afterAt)].map(([, domain = ""]) => domain);
}

function isOwnAddress(name: string): boolean {
  const plain = name.replace(ofMailbox, "");
  const own = mailboxProperty(plain) ?? plain;
  return ownAddresses.some((address) => address.toLowerCase() === own.toLowerCase());
}

function domainsOf(action: MappingAction): FoundDomain[] {
  const fixed = fixedValue(action);
  if (fixed !== undefined) return domainsIn(fixed).map((domain) => ({ domain }));
  if (action.mode !== "Complex" || typeof action.value !== "string") return [];
  const program = parsedScript(action.value);
  return "body" in program ? [...nodesIn(program)].flatMap(domainsAt) : [];
}

function domainsAt({
  node,
  parent,
}: {
  node: AnyNode;
  parent: AnyNode | undefined;
}): FoundDomain[] {
  const text = textOf(node);
  if (text === undefined) return [];
  const isDomain = onlyDomain.test(text) && isDomainHere(node, parent);
  return [...(isDomain ? [text] : []), ...domainsIn(text)].map((domain) => ({
    domain,
    at: node.start,
  }));
}

function textOf(node: AnyNode): string | undefined {
  return node.type === "TemplateElement" ? (node.value.cooked ?? undefined) : literalOf(node);
}

/** Whether a text without an @ is a domain: the value of a variable of that name, or what follows an @. */
function isDomainHere(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === "VariableDeclarator")
    return parent.id.type === "Identifier" && /dom(ain|ein)/i.test(parent.id.name);
  return (
    parent?.type === "BinaryExpression" && parent.right === node && endOf(parent.left).endsWith("@")
  );
}
