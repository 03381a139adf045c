/** The calls of `calls.ts`, as someone writes them with Microsoft's Graph client for JavaScript. */
import {
  BatchRequestContent,
  BatchResponseContent,
  GraphError,
  PageIterator,
  type Client,
  type PageCollection,
} from "@microsoft/microsoft-graph-client";
import { ids } from "../emulator/graph/graphClient.ts";
import type { Line } from "./calls.ts";

type Wire = Record<string, unknown> & { id: string };

const nobody = "00000000-0000-4000-8000-00000000dead";
const to = (id: string): object => ({
  "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
});
const newUser = (name: string): Record<string, unknown> => ({
  displayName: "Dot Net",
  userPrincipalName: `${name}@contoso.com`,
  mailNickname: name,
  accountEnabled: true,
  employeeId: "9101",
  usageLocation: "NL",
  passwordProfile: { password: "Xy7!abcdEFGH", forceChangePasswordNextSignIn: true },
});
const newGroup = (name: string, isUnified: boolean): Record<string, unknown> => ({
  displayName: name,
  mailNickname: name,
  mailEnabled: isUnified,
  securityEnabled: !isUnified,
  groupTypes: isUnified ? ["Unified"] : [],
});
/** `#microsoft.graph.user` as the SDK for .NET names it. */
const typeOf = (object: unknown): string => {
  const [, name = ""] =
    /^#microsoft\.graph\.(\w+)$/.exec(String((object as Wire)["@odata.type"])) ?? [];
  return name.slice(0, 1).toUpperCase() + name.slice(1);
};

/** Makes the calls in their order, and yields what each returned. */
export async function* javascriptCalls(graph: Client): AsyncGenerator<Line, void, undefined> {
  let user = "";
  let security = "";
  let unified = "";
  const at = (path: string) => graph.api(path);
  const get = async (path: string, select?: string): Promise<Wire> =>
    (await (select === undefined ? at(path) : at(path).select(select)).get()) as Wire;
  const list = async (path: string): Promise<unknown[]> =>
    ((await at(path).get()) as { value: unknown[] }).value;
  const filtered = async (filter: string, path = "/users"): Promise<number> =>
    ((await at(path).filter(filter).get()) as PageCollection).value.length;
  const created = async (path: string, body: object): Promise<string> =>
    ((await at(path).post(body)) as Wire).id;
  const done = async (call: Promise<unknown>): Promise<null> => {
    await call;
    return null;
  };
  const picked = async (path: string, names: string[]): Promise<unknown> => {
    const object = await get(path, names.join(","));
    return Object.fromEntries(names.map((name) => [name, object[name]]));
  };
  const upserted = async (): Promise<string | null> => {
    const answer: unknown = await at("/groups(uniqueName='dotnet-1')")
      .header("Prefer", "create-if-missing")
      .update(newGroup("dotnetUnified", true));
    return typeof answer === "object" && answer !== null ? (answer as Wire).id : null;
  };
  const mine = (): string => `/users/${user}`;
  const members = (): string => `/groups/${security}/members`;
  const owners = (): string => `/groups/${unified}/owners`;

  const calls: readonly (readonly [name: string, call: () => Promise<unknown>])[] = [
    [
      "users: first page",
      async () => ((await at("/users").top(5).get()) as PageCollection).value.length,
    ],
    [
      "users: iterated",
      async () => {
        const first = (await at("/users").select("id").top(10).get()) as PageCollection;
        const seen: string[] = [];
        await new PageIterator(graph, first, ({ id }: Wire) => seen.push(id) > 0).iterate();
        return { count: seen.length, distinct: new Set(seen).size };
      },
    ],
    ["users: $count without the header", () => filtered("endsWith(mail,'@contoso.com')")],
    [
      "users: advanced",
      async () => {
        const query = at("/users").filter("endsWith(mail,'@contoso.com')").count(true);
        const page = (await query.header("ConsistencyLevel", "eventual").get()) as PageCollection;
        return page.value.length > 0;
      },
    ],
    [
      "users: created",
      async () => {
        user = await created("/users", newUser("dot.net"));
        return user !== "";
      },
    ],
    ["users: created again", () => created("/users", newUser("dot.net"))],
    [
      "users: a weak password",
      () => created("/users", { ...newUser("weak"), passwordProfile: { password: "x" } }),
    ],
    [
      "users: another domain",
      () => created("/users", { ...newUser("x"), userPrincipalName: "x@fabrikam.example" }),
    ],
    ["users: without a name", () => created("/users", { ...newUser("y"), displayName: null })],
    ["users: by id", () => picked(mine(), ["displayName", "employeeId", "accountEnabled"])],
    ["users: by name", async () => (await get("/users/dot.net@contoso.com")).id === user],
    ["users: by employee ID", () => filtered("employeeId eq '9101'")],
    ["users: an unknown id", () => get(`/users/${nobody}`)],
    ["users: an unknown property", () => filtered("shoeSize eq '9'")],
    ["users: changed", () => done(at(mine()).update({ jobTitle: "Nurse", department: "Care" }))],
    ["users: as changed", () => picked(mine(), ["jobTitle", "department"])],
    ["users: cleared", () => done(at(mine()).update({ jobTitle: null }))],
    ["users: as cleared", async () => (await get(mine(), "jobTitle"))["jobTitle"]],
    [
      "users: hired on",
      () => done(at(mine()).update({ employeeHireDate: "2026-03-01T00:00:00Z" })),
    ],
    ["users: as hired", async () => (await get(mine(), "employeeHireDate"))["employeeHireDate"]],
    [
      "users: mail of a mailbox",
      () => done(at(`/users/${ids.anna}`).update({ mail: "x@contoso.com" })),
    ],
    ["users: read only", () => done(at(mine()).update({ proxyAddresses: ["SMTP:x@contoso.com"] }))],
    ["users: disabled", () => done(at(mine()).update({ accountEnabled: false }))],
    ["users: as disabled", async () => (await get(mine(), "accountEnabled"))["accountEnabled"]],
    [
      "users: sessions revoked",
      async () => ((await at(`${mine()}/revokeSignInSessions`).post({})) as Wire)["value"],
    ],
    ["manager: none", () => get(`${mine()}/manager`)],
    ["manager: set", () => done(at(`${mine()}/manager/$ref`).put(to(ids.anna)))],
    ["manager: as set", async () => (await get(`${mine()}/manager`)).id === ids.anna],
    ["manager: typed", async () => typeOf(await get(`${mine()}/manager`))],
    ["manager: removed", () => done(at(`${mine()}/manager/$ref`).delete())],
    ["manager: as removed", () => get(`${mine()}/manager`)],
    [
      "groups: security created",
      async () => {
        security = await created("/groups", newGroup("dotnetSecurity", false));
        return security !== "";
      },
    ],
    [
      "groups: without a nickname",
      () => created("/groups", { ...newGroup("x", false), mailNickname: null }),
    ],
    [
      "groups: a distribution list",
      () => created("/groups", { ...newGroup("y", true), groupTypes: [] }),
    ],
    [
      "groups: upserted",
      async () => {
        unified = (await upserted()) ?? "";
        return unified !== "";
      },
    ],
    ["groups: upserted again", upserted],
    [
      "groups: by unique name",
      async () => (await get("/groups(uniqueName='dotnet-1')")).id === unified,
    ],
    ["groups: unknown unique name", () => get("/groups(uniqueName='dotnet-2')")],
    [
      "groups: as created",
      () => picked(`/groups/${unified}`, ["groupTypes", "mailEnabled", "visibility"]),
    ],
    [
      "groups: unified alone",
      () =>
        filtered("groupTypes/any(c:c eq 'Unified') and displayName eq 'dotnetUnified'", "/groups"),
    ],
    [
      "groups: hidden by an application",
      () => done(at(`/groups/${unified}`).update({ hideFromAddressLists: true })),
    ],
    ["members: added", () => done(at(`${members()}/$ref`).post(to(user)))],
    ["members: added again", () => done(at(`${members()}/$ref`).post(to(user)))],
    ["members: listed", async () => (await list(members())).map(typeOf)],
    ["members: users", async () => (await list(`${members()}/microsoft.graph.user`)).length],
    [
      "members: of",
      async () =>
        (await list(`${mine()}/memberOf/microsoft.graph.group`)).some(
          (one) => (one as Wire).id === security,
        ),
    ],
    [
      "members: checked",
      async () =>
        (
          (await at(`${mine()}/checkMemberGroups`).post({
            groupIds: [security],
          })) as PageCollection
        ).value.length,
    ],
    ["members: unknown", () => done(at(`${members()}/$ref`).post(to(nobody)))],
    ["members: removed", () => done(at(`${members()}/${user}/$ref`).delete())],
    ["members: removed again", () => done(at(`${members()}/${user}/$ref`).delete())],
    ["members: the user is there", async () => (await get(mine())).id === user],
    ["owners: added", () => done(at(`${owners()}/$ref`).post(to(user)))],
    ["owners: listed", async () => (await list(owners())).length],
    ["owners: the last", () => done(at(`${owners()}/${user}/$ref`).delete())],
    [
      "batch: two reads",
      async () => {
        // Addresses relative to the version; the client itself drops the host.
        const content = new BatchRequestContent(
          [mine(), `/groups/${security}`].map((path, index) => ({
            id: String(index),
            request: new Request(`https://graph.microsoft.com${path}`),
          })),
        );
        const answer = new BatchResponseContent(
          (await at("/$batch").post(await content.getContent())) as ConstructorParameters<
            typeof BatchResponseContent
          >[0],
        );
        const idOf = async (index: string): Promise<string> =>
          ((await answer.getResponseById(index).json()) as Wire).id;
        return { user: (await idOf("0")) === user, group: (await idOf("1")) === security };
      },
    ],
    ["groups: deleted", () => done(at(`/groups/${security}`).delete())],
    ["groups: as deleted", () => get(`/groups/${security}`)],
    ["users: deleted", () => done(at(mine()).delete())],
    ["users: as deleted", async () => (await get(`/directory/deletedItems/${user}`)).id === user],
    [
      "users: restored",
      async () =>
        ((await at(`/directory/deletedItems/${user}/restore`).post({})) as Wire).id === user,
    ],
    ["users: as restored", async () => (await get(mine())).id === user],
  ];

  for (const [name, call] of calls)
    try {
      yield { name, result: await call() };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      const { statusCode: status, code, message: text } = error;
      yield { name, status, code: code ?? "", text };
    }
}
