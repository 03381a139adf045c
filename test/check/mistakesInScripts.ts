/** Mistakes in scripts of mapping mode Complex. The line is that of the file; the message names that of the script. */
import { field, instead, replace, script } from "./edits.ts";
import { mistake } from "./mistakes.ts";

const at = '"Value"';
const addresses = (...lines: string[]) =>
  instead("EmailAddresses", { type: "Array", mode: "Complex", value: lines.join("\n") });
const attribute = (...lines: string[]) => script("CustomAttribute2", lines);
/** The value of EmailAddresses is the third one. */
const third = { nth: 3 };

const syntax = [
  mistake(
    "a bracket missing",
    attribute("function f() {", "  return (Person.DisplayName;", "}", "f();"),
    at,
    "CustomAttribute2, script line 2: Unexpected token",
  ),
  mistake(
    "a quote missing",
    attribute("const a = 'x;", "a;"),
    at,
    "script line 1: Unterminated string",
  ),
  mistake(
    "a return outside a function",
    attribute("const name = Person.DisplayName;", "return name;"),
    at,
    "script line 2: 'return' outside of function",
  ),
  mistake(
    "a name declared twice",
    attribute("let a = 1;", "", "let a = 2;", "String(a);"),
    at,
    "script line 3: Identifier 'a' has already been declared",
  ),
  mistake("PowerShell", attribute("$p = $person.Name", "$p -join ' '"), at, "script line 2: "),
  mistake("an empty script", attribute(" "), at, "Value is an empty script"),
];

const names = [
  mistake(
    "a person in lower case",
    attribute("person.DisplayName;"),
    at,
    "person is not defined; the platform offers Person, Iteration, deleteDiacriticalMarks; the nearest is Person",
  ),
  mistake(
    "a misspelt function of the platform",
    attribute("deleteDiacriticalMark(Person.DisplayName);"),
    at,
    "the nearest is deleteDiacriticalMarks",
  ),
  mistake(
    "a misspelt function of its own",
    attribute("function generate() { return 'A'; }", "genarate();"),
    at,
    "script line 2: genarate is not defined",
  ),
  mistake(
    "a global of source mappings",
    attribute("source.Name + '';"),
    at,
    "source is not defined",
  ),
  mistake(
    "a browser's console",
    attribute("console.log('x');", "Person.DisplayName;"),
    at,
    "console is not defined",
  ),
  mistake(
    "a member that no person has",
    attribute("Person.Name.Surname;"),
    at,
    "Person.Name has no Surname",
  ),
  mistake(
    "a member in another letter case",
    attribute("const name = 1;", "Person.Name.nickName;"),
    at,
    "script line 2: Person.Name has no nickName",
  ),
  mistake(
    "a misspelt member of a part of the person",
    attribute("const contract = Person.PrimaryContract || {};", "contract.Departement.ExternalId;"),
    at,
    "script line 2: Person.PrimaryContract has no Departement",
  ),
  mistake(
    "a misspelt variable",
    attribute("let text = 'A';", "tekst += 'B';", "text;"),
    at,
    "script line 2: tekst is not defined",
  ),
  mistake(
    "a variable without a declaration",
    attribute("local = Person.Name.NickName;", "local;"),
    at,
    "local is assigned and not declared",
    { isWarning: true },
  ),
];

const values = [
  mistake(
    "a function that is not called",
    attribute("function f() {", "  return 'x';", "}"),
    at,
    "the script declares f and does not call it",
  ),
  mistake(
    "declarations alone",
    attribute("const a = Person.DisplayName;"),
    at,
    "the script has no expression",
  ),
  mistake(
    "a truth value in words",
    script("LitigationHoldEnabled", [
      "function f() {",
      "  if (Person.Excluded) {",
      "    return 'ja';",
      "  }",
      "  return 'true';",
      "}",
      "f();",
    ]),
    at,
    'script line 3: The mapping of LitigationHoldEnabled yields "ja"; expected true or false',
  ),
  mistake(
    "a state that does not exist",
    instead("AutoReplyState", {
      mode: "Complex",
      value: "Person.Excluded ? 'Disabled' : 'On';",
    }),
    at,
    'yields "On"; expected one of Enabled, Disabled, Scheduled',
  ),
  mistake(
    "a list for a text",
    attribute("function f() {", "  return ['a', 'b'];", "}", "f();"),
    at,
    "script line 2: the script returns a list and Type is Text",
  ),
  mistake(
    "a text for a list",
    addresses("'smtp:info@fabrikam.example';"),
    at,
    "expected a list such as",
    third,
  ),
  mistake(
    "two primary addresses",
    addresses(
      "const name = Person.UserName;",
      "['SMTP:' + name, `SMTP:${name}@fabrikam.example`];",
    ),
    at,
    "script line 2: EmailAddresses is mapped with 2 primary addresses",
    third,
  ),
  mistake(
    "an address of another type",
    addresses("['SMTP:' + Person.UserName, 'SIP:' + Person.UserName];"),
    at,
    "expected an SMTP address",
    third,
  ),
];

const domains = [
  mistake(
    "the example as the domain",
    replace("fabrikam.example", "contoso.com"),
    at,
    "script line 2: the domain is contoso.com, the example of the shipped mapping",
    { nth: 3, isWarning: true },
  ),
  mistake(
    "another domain than those of the tenant",
    replace("fabrikam.example", "fabricam.example"),
    at,
    "the domain is fabricam.example, which is none of those of --domain; expected fabrikam.example; the nearest is",
    { nth: 3, domains: ["fabrikam.example"] },
  ),
  mistake(
    "another domain in an address",
    addresses("['SMTP:' + Person.UserName + '@fabrikam.test'];"),
    at,
    "the domain is fabrikam.test",
    { nth: 3, domains: ["fabrikam.example"] },
  ),
  mistake(
    "another domain in a fixed value",
    field("MicrosoftOnlineServicesID", ["Update"], { value: "a@fabrikam.test" }),
    at,
    "the domain is fabrikam.test",
    { domains: ["fabrikam.example"] },
  ),
];

const language = [
  ["optional chaining", "Person.Name?.NickName;", "Optional chaining (?.)"],
  ["the operator ??", "Person.UserName ?? '';", "The operator ??"],
  ["a class", "class A {}\nString(new A());", "A class"],
  ["an async function", "async function f() {}\nf() && '';", "An async function"],
  ["Object.entries", "Object.entries(Person).join();", "Object.entries"],
  ["replaceAll", "'a'.replaceAll('a', 'b');", "The method replaceAll"],
] as const;

export const mistakesInScripts = [
  ...syntax,
  ...names,
  ...values,
  ...domains,
  ...language.map(([title, text, message]) =>
    mistake(title, attribute(text), at, message, { isWarning: true }),
  ),
];
