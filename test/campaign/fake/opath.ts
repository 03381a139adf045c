import { textsIn } from "./cmdlet.ts";
import { invalidValue, Refusal } from "./errors.ts";

/** What an object has under a property; undefined when the property cannot be filtered by. */
export type Lookup = (property: string) => unknown;
export type Condition = (lookup: Lookup) => boolean;

const token = /\s*(\(|\)|'(?:[^']|'')*'|-?[A-Za-z$][\w.]*)/y;

/** Reads a `-Filter`: comparisons with -eq, -ne and -like, joined by -and, -or, -not and parentheses. */
export function conditionIn(filter: string): Condition {
  const tokens = tokensIn(filter);
  let at = 0;
  const next = (): string => tokens[at++] ?? "";
  const isNext = (text: string): boolean =>
    tokens[at]?.toLowerCase() === text && at++ < tokens.length;

  function either(): Condition {
    let left = both();
    while (isNext("-or")) {
      const [a, b] = [left, both()];
      left = (lookup) => a(lookup) || b(lookup);
    }
    return left;
  }
  function both(): Condition {
    let left = single();
    while (isNext("-and")) {
      const [a, b] = [left, single()];
      left = (lookup) => a(lookup) && b(lookup);
    }
    return left;
  }
  function single(): Condition {
    if (isNext("-not")) {
      const inner = single();
      return (lookup) => !inner(lookup);
    }
    if (!isNext("(")) return comparison(next(), next(), next());
    const inner = either();
    if (!isNext(")")) throw invalidClause(filter);
    return inner;
  }

  const condition = either();
  if (at !== tokens.length) throw invalidClause(filter);
  return condition;
}

function tokensIn(filter: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  for (let end = 0; end < filter.trimEnd().length; end = token.lastIndex) {
    const found = token.exec(filter);
    if (!found) throw invalidClause(filter);
    tokens.push(found[1] ?? "");
  }
  return tokens;
}

function comparison(property: string, operator: string, quoted: string): Condition {
  const value = (/^'(.*)'$/s.exec(quoted)?.[1] ?? quoted).replaceAll("''", "'").toLowerCase();
  return (lookup) => {
    const found = lookup(property);
    if (found === undefined)
      throw new Refusal(
        400,
        "System.ArgumentException",
        `"${property}" is not a recognized filterable property.`,
      );
    const values = textsIn(found).map((one) => one.toLowerCase());
    const isEqual = values.some((one) => one === value || one.replace(/^smtp:/, "") === value);
    switch (operator.toLowerCase()) {
      case "-eq":
        return isEqual || values.some((one) => one === value.replace(/^smtp:/, ""));
      case "-ne":
        return !isEqual;
      case "-like":
        return values.some((one) => isLike(one, value));
      default:
        throw invalidClause(`${property} ${operator} ${quoted}`);
    }
  };
}

function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}

function invalidClause(filter: string): Refusal {
  return invalidValue(`Invalid filter clause: ${filter}`);
}
