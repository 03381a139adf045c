/** The mail domains in mapped addresses. */
import { mailboxProperty } from "../../lib/exchange/mailbox.ts";
import type { JsonFile } from "./jsonFile.ts";
import { fixedValue, type MappedField, type MappingAction } from "./mapping.ts";
import { nearestAmong, type Problem } from "./problem.ts";
import { lineOf, nodesIn, parsedScript, type AnyNode } from "./scriptSyntax.ts";
import { endOf, literalOf } from "./scriptValues.ts";

interface FoundDomain {
  domain: string;
  /** The line of the script; undefined outside a script. */
  line?: number;
}

const domainName = /[a-z0-9-]+(?:\.[a-z0-9-]+)+/i.source;
/** The domain of the mapping that is shipped. */
const example = "contoso.com";
/** The fields whose addresses are at domains of the tenant; mail is forwarded and journalled to any. */
const ownAddresses = [
  ...["EmailAddresses", "WindowsEmailAddress", "MicrosoftOnlineServicesID", "UserPrincipalName"],
  "PrimarySmtpAddress",
];

export function mappedDomainProblems(
  file: JsonFile,
  fields: readonly MappedField[],
  domains: readonly string[],
): Problem[] {
  return fields.flatMap((field) =>
    field.actions.flatMap((action) =>
      domainsOf(action).flatMap(({ domain, line }) => {
        const wrong = wrongDomain(domain, domains, isOwnAddress(field.name));
        const at = line === undefined ? "" : `script line ${line}: `;
        return wrong === undefined
          ? []
          : [
              file.problem(action.valueNode, `${field.name}, ${at}${wrong.message}`, {
                field: field.name,
                severity: wrong.severity,
              }),
            ];
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
  return [...text.matchAll(new RegExp(`@(${domainName})`, "gi"))].map(([, domain = ""]) => domain);
}

function isOwnAddress(name: string): boolean {
  const own = mailboxProperty(name) ?? name;
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
  const isDomain = new RegExp(`^${domainName}$`, "i").test(text) && isDomainHere(node, parent);
  return [...(isDomain ? [text] : []), ...domainsIn(text)].map((domain) => ({
    domain,
    line: lineOf(node),
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
