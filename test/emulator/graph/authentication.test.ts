/** Authentication methods, as the tables in the README describe them. */
import { describe, expect, it } from "vitest";
import { readState } from "../state.ts";
import { graphClient, graphState, ids, refusal, type GraphClient } from "./graphClient.ts";
import type { Values } from "./json.ts";
import { holdsOneOf, rolesFor } from "./operations.ts";
import { Directory } from "./directory.ts";
import { requirePowerOverMethods } from "./privilege.ts";

const everyMethod = ["User.Read.All", "UserAuthenticationMethod.ReadWrite.All"];
const at = (kind: string, user = ids.anna): string =>
  `/users/${user}/authentication/${kind}Methods`;
const mobile = "3179e48a-750b-4051-897c-87b9720928f7";
const alternate = "b6332ec1-7057-4abe-9331-3d72feddfe41";
const email = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f";

function clientWith(methods: Values[] = [], roles: readonly string[] = everyMethod): GraphClient {
  const client = graphClient({}, roles);
  const users = client.emulator.state().entra?.users ?? {};
  users[ids.anna] = { ...users[ids.anna], authenticationMethods: methods };
  return client;
}
const phone = (phoneType: string, phoneNumber = "+31 612345678") => ({ phoneType, phoneNumber });

describe("phones", () => {
  it("are one of each type, each with its fixed id", async () => {
    const client = clientWith();
    const made = await client.post(at("phone"), phone("mobile", "+31612345678"));
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ id: mobile, phoneNumber: "+31 612345678" });
    expect(refusal(await client.post(at("phone"), phone("mobile")))).toMatch(
      /^400 badRequest: .*already/,
    );
    const changed = await client.patch(`${at("phone")}/${mobile}`, {
      phoneNumber: "+1 5555551234x123",
    });
    expect(changed.status).toBe(204);
    const { json } = await client.get(at("phone"));
    expect(json.value).toMatchObject([{ id: mobile, phoneNumber: "+1 5555551234x123" }]);
    expect((await client.remove(`${at("phone")}/${mobile}`)).status).toBe(204);
    expect((await client.remove(`${at("phone")}/${mobile}`)).status).toBe(404);
  });

  it("need a number of the documented form, and keep their type", async () => {
    const client = clientWith([phone("mobile")]);
    for (const number of ["0612345678", "+31 6-12345678", "", "+31 12", null])
      expect(
        (await client.post(at("phone"), { phoneType: "office", phoneNumber: number })).status,
      ).toBe(400);
    expect((await client.post(at("phone"), phone("fax"))).status).toBe(400);
    expect((await client.patch(`${at("phone")}/${mobile}`, phone("office"))).status).toBe(400);
    expect((await client.post(at("phone"), { ...phone("office"), more: 1 })).status).toBe(400);
  });

  it("are alternate only beside a mobile one", async () => {
    const client = clientWith();
    expect((await client.post(at("phone"), phone("alternateMobile"))).status).toBe(400);
    await client.post(at("phone"), phone("mobile"));
    expect((await client.post(at("phone"), phone("alternateMobile"))).status).toBe(201);
    expect((await client.remove(`${at("phone")}/${mobile}`)).status).toBe(400);
    expect((await client.remove(`${at("phone")}/${alternate}`)).status).toBe(204);
    expect((await client.remove(`${at("phone")}/${mobile}`)).status).toBe(204);
  });

  it("are not removed while they are the default", async () => {
    const client = clientWith([{ ...phone("mobile"), isDefault: true }]);
    expect(refusal(await client.remove(`${at("phone")}/${mobile}`))).toBe(
      `400 badRequest: The requested authentication method id of [${mobile}] matches the user's current default ` +
        "authentication method, and cannot be deleted until the default authentication method is changed",
    );
  });
});

it("an e-mail address is one, and can be changed", async () => {
  const client = clientWith();
  expect((await client.post(at("email"), { emailAddress: "none" })).status).toBe(400);
  await client.post(at("email"), { emailAddress: "a@example.com" });
  expect((await client.post(at("email"), { emailAddress: "b@example.com" })).status).toBe(400);
  await client.patch(`${at("email")}/${email}`, { emailAddress: "c@example.com" });
  const { json } = await client.get(`${at("email")}/${email}`);
  expect(json).toMatchObject({ id: email, emailAddress: "c@example.com" });
});

describe("a Temporary Access Pass", () => {
  it("is shown once, and takes the place of the one before", async () => {
    const client = clientWith();
    const first = await client.post(at("temporaryAccessPass"), {});
    expect(first.json).toMatchObject({ isUsable: true, lifetimeInMinutes: 60 });
    const second = await client.post(at("temporaryAccessPass"), {
      lifetimeInMinutes: 10,
      isUsableOnce: true,
    });
    expect(second.json["temporaryAccessPass"]).not.toBe(first.json["temporaryAccessPass"]);
    const { json } = await client.get(at("temporaryAccessPass"));
    expect(json.value).toMatchObject([{ id: second.json.id, temporaryAccessPass: null }]);
    client.emulator.advance(10 * 60_000);
    const later = await client.get(`${at("temporaryAccessPass")}/${second.json.id}`);
    expect(later.json).toMatchObject({ isUsable: false, methodUsabilityReason: "Expired" });
    expect((await client.remove(`${at("temporaryAccessPass")}/${first.json.id}`)).status).toBe(404);
  });

  it.each([9, 43_201, 10.5, "60"])("is refused with a lifetime of %s", async (minutes) => {
    const client = clientWith();
    const body = { lifetimeInMinutes: minutes };
    expect((await client.post(at("temporaryAccessPass"), body)).status).toBe(400);
  });

  it("is what the policy allows", async () => {
    const client = clientWith();
    const entra = client.emulator.state().entra ?? {};
    entra.temporaryAccessPassPolicy = { isUsableOnce: true };
    const several = { isUsableOnce: false };
    expect((await client.post(at("temporaryAccessPass"), several)).status).toBe(400);
    entra.temporaryAccessPassPolicy = { state: "disabled" };
    const { json } = await client.post(at("temporaryAccessPass"), several);
    expect(json["methodUsabilityReason"]).toBe("DisabledByPolicy");
  });
});

describe("permissions", () => {
  it.each([
    ["phone", "Phone"],
    ["email", "Email"],
    ["temporaryAccessPass", "TAP"],
  ])("of %s methods are their own, or the one for all", async (kind, name) => {
    const user = "User.Read.All";
    const statuses = async (role: string) => {
      const client = clientWith([], [user, role]);
      const body = {
        ...(kind === "phone" && phone("mobile")),
        ...(kind === "email" && { emailAddress: "a@b.nl" }),
      };
      return [(await client.get(at(kind))).status, (await client.post(at(kind), body)).status];
    };
    expect(await statuses(`UserAuthMethod-${name}.ReadWrite.All`)).toEqual([200, 201]);
    expect(await statuses("UserAuthenticationMethod.ReadWrite.All")).toEqual([200, 201]);
    expect(await statuses(`UserAuthMethod-${name}.Read.All`)).toEqual([200, 403]);
    expect(await statuses("UserAuthenticationMethod.Read.All")).toEqual([200, 403]);
    expect(await statuses("UserAuthMethod-Password.ReadWrite.All")).toEqual([403, 403]);
    expect(await statuses("User.ReadWrite.All")).toEqual([403, 403]);
  });

  it("are not those of a user in the directory", () => {
    const needed = rolesFor("GET /users/{user}/authentication/phoneMethods");
    expect(holdsOneOf(["Directory.AccessAsUser.All"], needed)).toBe(false);
  });

  it("of a user depend on the roles of both", () => {
    const client = clientWith();
    const directory = new Directory(client.emulator.store());
    const may = (role: string, target: string): boolean => {
      const user = { id: ids.bas, userPrincipalName: "bas.bakker@contoso.com" };
      const entity = directory.find(target);
      if (!entity) throw new Error(`There is no ${target}.`);
      try {
        requirePowerOverMethods(entity, { grant: { user, directoryRoles: [role] }, directory });
        return true;
      } catch {
        return false;
      }
    };
    const authentication = "Authentication Administrator";
    const privileged = "Privileged Authentication Administrator";
    expect(may(authentication, ids.anna)).toBe(true);
    expect(may(authentication, ids.reader)).toBe(true);
    expect(may(authentication, ids.administrator)).toBe(false);
    expect(may(privileged, ids.administrator)).toBe(true);
  });

  it("take no options, and a state with a wrong method is refused", async () => {
    const client = clientWith();
    expect((await client.get(`${at("phone")}?$select=id`)).status).toBe(400);
    const state = graphState();
    const users = (state.entra ??= {}).users ?? {};
    users[ids.anna] = { authenticationMethods: [{ phoneType: "fax", phoneNumber: "1" }] };
    expect(readState(state)).toEqual({
      problems: [expect.stringContaining("authenticationMethods: must be a list of")],
    });
  });
});
