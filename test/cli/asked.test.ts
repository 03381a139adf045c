import { describe, expect, it } from "vitest";
import { askedIn, itemWith, targetOf } from "../../tools/cli/asked.ts";
import { PageNames } from "../../tools/cli/pageNames.ts";

const graph = "https://graph.microsoft.com/v1.0";
const asked = (method: string, path: string, body?: unknown) =>
  askedIn({
    method,
    url: new URL(graph + path),
    body: body === undefined ? "" : JSON.stringify(body),
  });

describe("what a request asks Graph for", () => {
  it("is its method and path, what is selected, and its decoded options", () => {
    const query = "$select=id,jobTitle&$filter=employeeId%20eq%20'O''Neil%26co'&$top=10";
    expect(asked("GET", `/users?${query}`)).toEqual({
      operation: "GET /users",
      parameters: { $filter: "employeeId eq 'O''Neil&co'", $top: "10" },
      select: ["id", "jobTitle"],
    });
  });

  it("has the name of a user in the path decoded", () => {
    expect(asked("DELETE", "/users/gale_fabrikam.com%23EXT%23@contoso.com")).toEqual({
      operation: "DELETE /users/gale_fabrikam.com#EXT#@contoso.com",
      parameters: {},
    });
  });

  it("has the properties of the body, and no password", () => {
    const passwordProfile = { password: "Secret-1", forceChangePasswordNextSignIn: true };
    expect(asked("POST", "/users", { displayName: "Noor", passwordProfile })).toEqual({
      operation: "POST /users",
      parameters: {
        displayName: "Noor",
        passwordProfile: { password: "a-password", forceChangePasswordNextSignIn: true },
      },
    });
  });

  it("has the number of a page whose token is a name", () => {
    expect(asked("GET", "/users?$top=4&%24skiptoken=page-3-0123abcd")).toEqual({
      operation: "GET /users",
      parameters: { $top: "4" },
      page: 3,
    });
  });

  it("of a batch is what its items ask, with the IDs that are not their places", () => {
    const batch = asked("POST", "/$batch", {
      requests: [
        { id: "1", method: "GET", url: "/users/a?$select=id", headers: {} },
        { id: "7", method: "PATCH", url: "/users/b", body: { passwordProfile: { password: "S" } } },
      ],
    });
    const [first, second] = [
      { operation: "GET /users/a", parameters: {}, select: ["id"] },
      {
        operation: "PATCH /users/b",
        parameters: { passwordProfile: { password: "a-password" } },
        id: "7",
      },
    ];
    expect(batch).toEqual({ operation: "POST /$batch", parameters: {}, batch: [first, second] });
    expect(["1", "2", "7"].map((id) => itemWith(id, batch))).toEqual([first, undefined, second]);
  });

  it("is an error for a body that is not an object", () => {
    expect(() => asked("POST", "/users", [])).toThrow("the body is not an object");
  });

  it("goes to the path of Graph, and not to that of Exchange or of a sign-in", () => {
    const paths = ["/v1.0/users", "/adminapi/beta/t/InvokeCommand", "/t/oauth2/v2.0/token"];
    const targets = paths.map((path) => targetOf(new URL(path, "http://127.0.0.1:1")));
    expect(targets).toEqual(["graph", "exchange", undefined]);
  });
});

describe("the names of pages of Graph", () => {
  it("are in its links, also in a batch, and lead to the token as the service wrote it", () => {
    let count = 0;
    const pages = new PageNames(() => `page-2-0000000${++count}`);
    const list = asked("GET", "/users?$top=4");
    const link = (token: string): string => `${graph}/users?$top=4&$skiptoken=${token}`;
    const named = pages.named(
      JSON.stringify({ "@odata.nextLink": link("RFN%2bd+w"), value: [] }),
      list,
    );
    expect(JSON.parse(named)).toEqual({ "@odata.nextLink": link("page-2-00000001"), value: [] });
    expect(pages.realUrl(link("page-2-00000001"))).toBe(link("RFN%2bd+w"));

    const batch = asked("POST", "/$batch", {
      requests: [{ id: "4", method: "GET", url: "/users" }],
    });
    const body = { "@odata.nextLink": link("Second"), value: [] };
    const answer = pages.named(
      JSON.stringify({ responses: [{ id: "4", status: 200, body }] }),
      batch,
    );
    expect(answer).toContain("skiptoken=page-2-00000002");
    expect(pages.realUrl("?$skiptoken=page-2-00000002")).toBe("?$skiptoken=Second");
  });
});
