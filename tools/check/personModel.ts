import { nearestAmong } from "./problem.ts";

/**
 * The person of the platform: `value` is one value, `open` has members that each installation decides. Source: the
 * vendor's person and contract schemas, and exported persons.
 */
type Model = "value" | "open" | List | { readonly [member: string]: Model };

/** Several objects of one shape. */
interface List {
  readonly each: "open";
}

const values = (...names: string[]): Record<string, Model> =>
  Object.fromEntries(names.map((name) => [name, "value" as const]));

const manager = values("PersonId", "ExternalId", "DisplayName", "Email");
const source = values("SystemId", "DisplayName", "IdentificationKey");
const named = values("ExternalId", "Code", "Name");
const contact: Model = {
  Address: values(
    ...[
      "Street",
      "StreetExt",
      "HouseNumber",
      "HouseNumberExt",
      "PostalCode",
      "Locality",
      "Country",
    ],
  ),
  Phone: values("Mobile", "Fixed"),
  Email: "value",
};
const contract: Model = {
  Context: values("InConditions"),
  ...values("ExternalId", "StartDate", "EndDate"),
  Type: values("Code", "Description"),
  Details: values("Fte", "HoursPerWeek", "Percentage", "Sequence"),
  Manager: manager,
  Department: {
    ...values("DepartmentVersion", "ExternalId", "DisplayName", "Code", "ParentExternalId"),
    Manager: manager,
    Source: source,
  },
  ...Object.fromEntries(
    [
      ...["Title", "Location", "CostCenter", "CostBearer", "Employer", "Team", "Division"],
      "Organization",
    ].map((name) => [name, named]),
  ),
  Source: source,
  Custom: "open",
};

const person: Model = {
  ...values("PersonId", "PersonVersion", "ExternalId", "UserName", "DisplayName", "Excluded"),
  ...values("Aggregation"),
  Name: values(
    ...["Initials", "GivenName", "NickName", "FamilyName", "FamilyNamePrefix", "Convention"],
    ...["FamilyNamePartner", "FamilyNamePartnerPrefix"],
  ),
  Details: values(
    ...["Gender", "HonorificPrefix", "HonorificSuffix", "BirthDate", "BirthLocality"],
    "MaritalStatus",
  ),
  Status: values("Blocked", "Reason"),
  Contact: { Personal: contact, Business: contact },
  Location: named,
  ExclusionDetails: values("Hr", "Manual"),
  PrimaryManager: manager,
  PrimaryContract: contract,
  Contracts: { each: "open" },
  Custom: "open",
  Source: source,
  Accounts: "open",
};

/**
 * What is wrong with a path such as `Person.Name.NickName`, for a message; undefined for a path to one value. A script
 * may go on after a value, and stop before one.
 */
export function wrongPath(
  path: readonly string[],
  { isScript = false }: { isScript?: boolean } = {},
): string | undefined {
  let model: Model = person;
  let at = "Person";
  for (const step of path) {
    if (model === "value") return isScript ? undefined : `${at} is one value and has no ${step}`;
    if (model === "open") return undefined;
    if (isList(model)) return isScript ? undefined : listed(at);
    const next: Model | undefined = Object.hasOwn(model, step) ? model[step] : undefined;
    if (next === undefined)
      return (
        `${at} has no ${step || "member without a name"}; expected one of ` +
        `${Object.keys(model).join(", ")}${nearestAmong(Object.keys(model), step)}`
      );
    model = next;
    at += `.${step}`;
  }
  if (isScript || model === "value") return undefined;
  if (model === "open") return `${at} is an object; expected one of its values`;
  if (isList(model)) return listed(at);
  const [first = ""] = Object.keys(model);
  return `${at} is an object; expected one of its values, such as ${at}.${first}`;
}

function listed(at: string): string {
  return `${at} is a list; expected one value, such as a member of Person.PrimaryContract`;
}

function isList(model: Model): model is List {
  return typeof model === "object" && "each" in model;
}
