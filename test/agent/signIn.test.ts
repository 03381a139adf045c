/** A sign-in that the domain refuses: each one counts towards the lock-out of the account. Judged by the controller. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directoriesOf, type Directories } from "../../lib/agent/site/directories.ts";
import type { SiteAccount } from "../../lib/generated/types.ts";
import { Fault } from "../../lib/fault.ts";
import {
  authorityFile,
  certificate,
  openWorld,
  servicePassword,
} from "../campaign/hybrid/world.ts";
import { ldapDouble, type LdapDouble } from "../emulator/directory/ldapDouble.ts";

const baseDn = "DC=contoso,DC=com";
const start = Date.parse("2026-11-30T12:00:00Z");
const wrong = { username: "svc-connector@contoso.com", password: "Wrong.2026", authorityFile };

let now: number;
let account: SiteAccount;
let controller: LdapDouble;
let directories: Directories;
let warned: string[];
beforeEach(async () => {
  now = start;
  account = { ...wrong };
  warned = [];
  const world = openWorld({ hasAccount: true, isCloudManaged: false, seesDeleted: true }, () => 0);
  controller = await ldapDouble(certificate, (request) => world.domain.answer(request));
  directories = directoriesOf(
    { useGlobalCatalog: false, globalCatalogPort: 3269 },
    { read: () => Promise.resolve(account) },
    {
      warn: (text) => void warned.push(text),
      sleep: () => Promise.resolve(),
      random: () => 0,
      now: () => now,
    },
  );
});
afterEach(async () => {
  directories.close();
  await controller.close();
});

const signIns = (): number => controller.requests.filter(({ kind }) => kind === "bind").length;

/** What a job gets: the number of accounts, or why not. */
async function asked(): Promise<number | string> {
  const { port } = controller;
  const domain = { baseDn, hosts: ["127.0.0.1"] as [string], port };
  const filter = { attribute: "objectClass", equals: "user" } as const;
  try {
    const found = await directories.use(
      [{ domain, baseDn }],
      () => 15_000,
      (own) => own.list({ filter, attributes: ["cn"] }),
    );
    return found.length;
  } catch (thrown) {
    return Fault.of(thrown).message;
  }
}

describe("a refused sign-in", () => {
  it("is one for all jobs of the same moment, and is not repeated for 30 minutes", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, asked));
    expect(signIns()).toBe(1);
    expect(answers[0]).toContain("the user name or the password is wrong");
    expect(answers[7]).toMatch(/^The agent does not sign in as .+ before 2026-11-30T12:30:00/);
    expect(warned).toHaveLength(1);
    now += 29 * 60_000;
    expect(await asked()).toContain("before 2026-11-30T12:30:00");
    expect(signIns()).toBe(1);
    now += 60_000;
    expect(await asked()).toContain("the user name or the password is wrong");
    expect(signIns()).toBe(2);
    expect(JSON.stringify([answers, warned])).not.toContain(wrong.password);
  });

  it.each([
    ["another account", { ...wrong, password: servicePassword }, 2],
    ["the same one, given again", { ...wrong, givenAt: start + 1 }, 2],
  ])("is over with %s", async (_, given, expected) => {
    await asked();
    account = given;
    await asked();
    expect(signIns()).toBe(expected);
  });

  it("does not hold back those of an account that is taken", async () => {
    account = { ...wrong, password: servicePassword };
    const answers = await Promise.all(Array.from({ length: 8 }, asked));
    expect(answers.every((one) => typeof one === "number" && one > 0)).toBe(true);
    expect(warned).toEqual([]);
  });
});
