/** Events through agent-front and agents, as processes, with the commands that people type. The domain is the judge. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  authorityFile,
  certificate,
  openWorld,
  password,
  person,
  seenIn,
  servicePassword,
  staff,
} from "../campaign/hybrid/world.ts";
import { ldapDouble, type LdapDouble } from "../emulator/directory/ldapDouble.ts";
import { openStage, type Stage } from "./startedSite.ts";

const world = openWorld({ hasAccount: false, isCloudManaged: false, seesDeleted: true }, () => 0);
let controller: LdapDouble;
let stage: Stage;
beforeAll(async () => {
  controller = await ldapDouble(certificate, (request) => world.domain.answer(request));
  stage = await openStage({ inService: [], inSite: [], address: "127.0.0.1" });
  stage.hasController({ port: controller.port, authorityFile });
});
afterAll(async () => {
  stage.close();
  await controller.close();
});

it("an account is created, changed and disabled; one of two agents is killed, and the other goes on", async () => {
  const { front, outcomeOf } = await stage.startFront();
  const sites = [await stage.newAgent("one"), await stage.newAgent("two")];
  const [first, second] = await Promise.all(sites.map((site) => stage.startAgent(site)));

  const Data = { ...person, cn: "Nora", displayName: "Nora", organizationalUnit: staff };
  const created = await outcomeOf("create", {
    Data: { ...Data, accountPassword: password },
    References: { Account: null },
    CorrelationConfiguration: {
      Enabled: true,
      AccountField: "employeeID",
      PersonFieldValue: person.employeeID,
    },
  });
  expect(created.outcome).toBe("done");
  const [account] = seenIn(world).accounts;
  const References = { Account: account?.id };
  first?.child.kill("SIGKILL");
  const updated = await outcomeOf("update", { References, Data: { title: "Nurse" } });
  expect(updated.outcome).toBe("done");
  expect(updated.ms).toBeLessThan(20_000);
  expect((await outcomeOf("enable", { References, Data: {} })).outcome).toBe("done");
  expect(seenIn(world).accounts).toMatchObject([{ title: "Nurse", isEnabled: true }]);
  expect((await outcomeOf("disable", { References, Data: {} })).outcome).toBe("done");
  expect(seenIn(world).accounts).toMatchObject([{ title: "Nurse", isEnabled: false }]);

  front.child.stdin?.end();
  expect((await front.end)[0]).toBe(0);
  second?.child.kill("SIGTERM");
  expect((await second?.end)?.[0]).toBe(0);

  // The password of the agent's account is sealed, and nowhere else.
  const files = ["front", "one", "two"].flatMap((name) =>
    readdirSync(stage.at(name)).map((file) => path.join(stage.at(name), file)),
  );
  const stored = files.map((file) => readFileSync(file, "utf8")).join("\n");
  const shown = stage.written.filter((line) => !line.includes('"answer"')).join("\n");
  for (const secret of [servicePassword, password]) expect(stored + shown).not.toContain(secret);
  if (process.platform !== "win32")
    for (const file of files) expect(statSync(file).mode & 0o077).toBe(0);
});
