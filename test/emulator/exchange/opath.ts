/**
 * OPath filters: `(Alias -eq 'x') -and -not(HiddenFromAddressListsEnabled -eq $true)`. Which
 * properties a cmdlet can filter on, and what kind of value each takes, is documented; how strictly
 * a wrong value is refused is assumed.
 */
import { catalogue, type FilterableFacts } from "../catalogue.ts";
import { emptyFilterValue, filterSyntax, unfilterable } from "./errors.ts";
import { references, type Value } from "../properties.ts";
import { recipientTypes, type DirectoryObject } from "../state.ts";
import { fold, foldsTo, type Store } from "../store.ts";

/** A filter, or a part of one. */
export interface Filter {
  matches(object: DirectoryObject): boolean;
  /** The only objects that can match, where an index knows them. */
  among?: ReadonlySet<DirectoryObject>;
}

interface Token {
  kind: "open" | "close" | "operator" | "word" | "text";
  value: string;
  /** Counts from 1. */
  at: number;
}

const comparisons = ["-eq", "-ne", "-lt", "-gt", "-le", "-ge", "-like", "-notlike"];
const operators = [...comparisons, "-and", "-or", "-not"];

export function compileFilter(filter: string, cmdlet: string, store: Store): Filter {
  const tokens = tokenize(filter);
  if (tokens.length === 0) throw emptyFilterValue();
  let next = 0;
  const peek = (): Token | undefined => tokens[next];
  const fail = (why: string): Error => filterSyntax(why, peek()?.at ?? filter.length + 1);
  const isOperator = (value: string): boolean =>
    peek()?.kind === "operator" && peek()?.value === value;

  const disjunction = (): Filter => {
    let left = conjunction();
    while (isOperator("-or")) {
      next += 1;
      left = either(left, conjunction());
    }
    return left;
  };
  const conjunction = (): Filter => {
    let left = factor();
    while (isOperator("-and")) {
      next += 1;
      left = both(left, factor());
    }
    return left;
  };
  const factor = (): Filter => {
    if (isOperator("-not")) {
      next += 1;
      const inner = factor();
      return { matches: (object) => !inner.matches(object) };
    }
    if (peek()?.kind !== "open") return comparison();
    next += 1;
    const inner = disjunction();
    if (peek()?.kind !== "close") throw fail("A closing parenthesis is missing.");
    next += 1;
    return inner;
  };
  const comparison = (): Filter => {
    const property = peek();
    if (property?.kind !== "word") throw fail("A property name was expected.");
    next += 1;
    const operator = peek();
    if (operator?.kind !== "operator" || !comparisons.includes(operator.value))
      throw fail("A comparison operator was expected.");
    next += 1;
    const value = peek();
    if (value?.kind !== "word" && value?.kind !== "text") throw fail("A value was expected.");
    next += 1;
    return compare(property, operator.value, value, cmdlet, store);
  };

  const whole = disjunction();
  if (peek()) throw fail(`"${peek()?.value ?? ""}" was not expected here.`);
  return whole;
}

function either(left: Filter, right: Filter): Filter {
  const among = left.among && right.among && new Set([...left.among, ...right.among]);
  return {
    matches: (object) => left.matches(object) || right.matches(object),
    ...(among ? { among } : {}),
  };
}

function both(left: Filter, right: Filter): Filter {
  const among = left.among ?? right.among;
  return {
    matches: (object) => left.matches(object) && right.matches(object),
    ...(among ? { among } : {}),
  };
}

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < filter.length) {
    const char = filter.charAt(at);
    const start = at + 1;
    if (/\s/.test(char)) at += 1;
    else if (char === "(" || char === ")") {
      tokens.push({ kind: char === "(" ? "open" : "close", value: char, at: start });
      at += 1;
    } else if (char === "'" || char === '"') {
      const text = quoted(filter, at);
      tokens.push({ kind: "text", value: text.value, at: start });
      at = text.end;
    } else {
      // A minus may also open a value (-1), and `-not(` needs no space.
      const word = /^(-[a-z]+|[^\s()'"]+)/i.exec(filter.slice(at))?.[0] ?? char;
      const lower = word.toLowerCase();
      tokens.push({
        kind: operators.includes(lower) ? "operator" : "word",
        value: operators.includes(lower) ? lower : word,
        at: start,
      });
      at += word.length;
    }
  }
  return tokens;
}

/** Text in quotes; the same quote inside is doubled (documented). */
function quoted(filter: string, open: number): { value: string; end: number } {
  const quote = filter.charAt(open);
  let value = "";
  for (let at = open + 1; at < filter.length; at += 1) {
    if (filter.charAt(at) !== quote) value += filter.charAt(at);
    else if (filter.charAt(at + 1) === quote) {
      value += quote;
      at += 1;
    } else return { value, end: at + 1 };
  }
  throw filterSyntax("The string is missing its closing quote.", open + 1);
}

function compare(
  property: Token,
  operator: string,
  literal: Token,
  cmdlet: string,
  store: Store,
): Filter {
  const names = catalogue.filterable.byCmdlet[cmdlet] ?? [];
  const name = names.find((one) => one.toLowerCase() === property.value.toLowerCase());
  const facts = name === undefined ? undefined : catalogue.filterable.properties[name];
  if (name === undefined || !facts) throw unfilterable(property.value, names);
  const negated = operator === "-ne" || operator === "-notlike";
  const test =
    literal.kind === "word" && literal.value.toLowerCase() === "$null"
      ? blank(operator, literal)
      : valueTest(name, facts, operator, literal);
  // An unset property differs from every value, and is neither less nor greater (assumed).
  // A hundred thousand members compare faster by GUID, once the distinguished names are resolved to
  // objects.
  if (
    facts.value === "dn" &&
    references.has(name) &&
    literal.kind === "text" &&
    (operator === "-eq" || operator === "-ne")
  ) {
    const guids = new Set(
      store
        .find(literal.value)
        .flatMap((target) =>
          fold(String(store.property(target, "DistinguishedName"))) === fold(literal.value)
            ? [target["Guid"] ?? null]
            : [],
        ),
    );
    return {
      matches: (object) =>
        [store.seen(object, name)].flat().some((guid) => guids.has(guid)) !== negated,
    };
  }
  const matches = (value: Value): boolean =>
    Array.isArray(value) && value.length > 0 ? value.some(test) : test(nullIfEmpty(value));
  const among =
    operator === "-eq" && literal.kind === "text" && identities.has(name)
      ? store.holdersOf(withoutPrefix(literal.value))
      : undefined;
  return {
    matches: (object) => matches(read(object, name, facts, store)) !== negated,
    ...(among ? { among } : {}),
  };
}

/** Properties whose values are all identities, by which the store finds objects without a search. */
const identities = new Set([
  "Alias",
  "DisplayName",
  "DistinguishedName",
  "EmailAddresses",
  "ExternalDirectoryObjectId",
  "Guid",
  "LegacyExchangeDN",
  "Name",
  "PrimarySmtpAddress",
  "SamAccountName",
  "UserPrincipalName",
  "WindowsLiveID",
]);

/** An empty list counts as no value. */
const nullIfEmpty = (value: Value): Value => (Array.isArray(value) ? null : value);

function read(object: DirectoryObject, name: string, facts: FilterableFacts, store: Store): Value {
  if (facts.value === "dn" && references.has(name))
    return store.referenced(object, name, "DistinguishedName");
  // Documented: PrimarySmtpAddress also finds secondary addresses, so a hit does not prove the
  // primary one.
  if (facts.alsoMatches === "EmailAddresses") {
    const addresses = store.seen(object, "EmailAddresses");
    return Array.isArray(addresses) ? addresses.map(withoutPrefix) : addresses;
  }
  return store.seen(object, name);
}

type Test = (value: Value) => boolean;

const withoutPrefix = (address: string): string => address.replace(/^smtp:/i, "");

function blank(operator: string, literal: Token): Test {
  if (operator !== "-eq" && operator !== "-ne")
    throw filterSyntax("$null can only be compared with -eq and -ne.", literal.at);
  return (value) => value === null || value === "";
}

function valueTest(name: string, facts: FilterableFacts, operator: string, literal: Token): Test {
  const text = literal.value;
  if (literal.kind === "text" && text === "") throw emptyFilterValue();
  if (literal.kind === "word" && !/^(\$true|\$false|-?\d+)$/i.test(text))
    throw filterSyntax(`The text "${text}" must be in quotes.`, literal.at);
  if (facts.valuesNotFilterable || facts.blankTestOnly || facts.value === "nullOnly")
    throw filterSyntax(`"${name}" cannot be compared with a value.`, literal.at);
  if (operator === "-like" || operator === "-notlike") return likeTest(name, facts, literal);
  const ordered = order(operator);
  const refuse = (kind: string): Error =>
    filterSyntax(`Cannot convert value "${text}" to type "${kind}".`, literal.at);
  switch (facts.value) {
    case "boolean": {
      const truth = (literal.kind === "text" ? /^(true|false)$/i : /^\$(true|false)$/i)
        .exec(text)?.[1]
        ?.toLowerCase();
      if (truth === undefined || !["-eq", "-ne"].includes(operator)) throw refuse("System.Boolean");
      return (value) => value === (truth === "true");
    }
    case "integer": {
      if (!/^-?\d+$/.test(text)) throw refuse("System.Int64");
      return (value) => value !== null && ordered(Number(value) - Number(text));
    }
    case "fileTimeUtc": {
      const wanted = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
      if (Number.isNaN(wanted)) throw refuse("System.DateTime");
      return (value) => value !== null && ordered(Date.parse(String(value)) - wanted);
    }
    case "byteQuantity":
      if (facts.onlyUnlimitedFilterable && !/^unlimited$/i.test(text)) throw refuse("Unlimited");
      break;
    case "dn":
      // Documented: recipient-valued properties want a distinguished name, not a name or an
      // address.
      if (name !== "Id" && !/^(CN|OU|DC)=.+,/i.test(text))
        throw filterSyntax(`"${text}" is not a distinguished name.`, literal.at);
      break;
    default:
      checkEnumeration(name, facts, literal);
  }
  // Documented: a whole address needs no prefix, and may have one.
  const wanted = facts.wildcardNeedsPrefix ? fold(withoutPrefix(text)) : fold(text);
  if (operator === "-eq" || operator === "-ne")
    return (value) =>
      value !== null &&
      value !== "" &&
      foldsTo(facts.wildcardNeedsPrefix ? withoutPrefix(String(value)) : String(value), wanted);
  return (value) =>
    value !== null &&
    value !== "" &&
    ordered(
      collate(
        fold(facts.wildcardNeedsPrefix ? withoutPrefix(String(value)) : String(value)),
        wanted,
      ),
    );
}

function checkEnumeration(name: string, facts: FilterableFacts, literal: Token): void {
  const documented = facts.value === "enum" ? facts.values : undefined;
  const names = name === "RecipientTypeDetails" ? [...recipientTypes] : documented;
  const numbers = Object.values(facts.numeric ?? {}).map(String);
  if (
    names &&
    ![...names, ...numbers].some((one) => one.toLowerCase() === literal.value.toLowerCase())
  ) {
    throw filterSyntax(`Cannot convert value "${literal.value}" to type "${name}".`, literal.at);
  }
}

/** Documented: a wildcard works with -like only, on text only, and at the end only. */
function likeTest(name: string, facts: FilterableFacts, literal: Token): Test {
  const star = literal.value.indexOf("*");
  if (!facts.wildcards)
    throw filterSyntax(
      `The operator -like is not supported for the property "${name}".`,
      literal.at,
    );
  if (star >= 0 && star !== literal.value.length - 1)
    throw filterSyntax("A wildcard is only supported at the end of a value.", literal.at);
  // Addresses are stored with their prefix, so a text without it finds nothing (documented).
  const wanted = fold(star < 0 ? literal.value : literal.value.slice(0, -1));
  return (value) =>
    value !== null &&
    value !== "" &&
    (star < 0 ? fold(String(value)) === wanted : fold(String(value)).startsWith(wanted));
}

const collate = (left: string, right: string): number =>
  Number(left > right) - Number(left < right);

function order(operator: string): (difference: number) => boolean {
  switch (operator) {
    case "-lt":
      return (difference) => difference < 0;
    case "-le":
      return (difference) => difference <= 0;
    case "-gt":
      return (difference) => difference > 0;
    case "-ge":
      return (difference) => difference >= 0;
    default:
      return (difference) => difference === 0;
  }
}
