import path from "node:path";
import type { Command } from "commander";
import example from "../../../test/emulator/seeds/small.json" with { type: "json" };
import { withExamples } from "../examples.ts";
import { writeFile } from "../../session/files.ts";
import { actionsFolder, isClone } from "../../session/place.ts";
import type { Terminal } from "../terminal.ts";

/** `seed`: states to start an emulated tenant from. */
export function addSeed(program: Command, terminal: Terminal): void {
  const seed = program
    .command("seed")
    .description("Print a state that `emulator --seed` starts from.");
  const verbs = [
    ["new", "Print the least that works: a tenant, its application and one mailbox.", minimal],
    [
      "example",
      "Print a small example: a mailbox, a shared mailbox, a group and a right.",
      example,
    ],
  ] as const;
  for (const [name, description, state] of verbs) {
    const verb = seed
      .command(name)
      .description(description)
      .argument("[file]", "write it to a file that does not exist yet, instead of printing it")
      .option("--json", "one line of JSON: the state, or the name of the file");
    withExamples(verb, [`seed ${name}`, `seed ${name} local/seed.json`]);
    verb.action((file: string | undefined, { json }: { json?: true }) => {
      const { $schema: _, ...parts } = state;
      const seeded = { ...schemaFor(file), ...parts };
      const text = JSON.stringify(seeded, null, 2);
      // Never over a seed that someone has worked on.
      if (file !== undefined) writeFile(file, `${text}\n`, "wx");
      if (json) terminal.line(JSON.stringify(file === undefined ? seeded : { file }));
      else if (file === undefined) text.split("\n").forEach((line) => terminal.line(line));
      else
        terminal.line(`${file} is written. Start from it: exo-connector emulator --seed ${file}`);
    });
  }
}

const minimal = {
  $schema: "",
  tenant: {
    id: "7e4a4700-0000-4000-8000-00000000c0de",
    displayName: "My tenant",
    initialDomain: "mytenant.onmicrosoft.com",
    domains: ["mytenant.onmicrosoft.com", "mytenant.example"],
    cloud: "worldwide",
  },
  apps: [
    {
      clientId: "c11e4700-0000-4000-8000-00000000c0de",
      secrets: [{ value: "emulated-secret-not-a-real-one" }],
      certificates: [],
      appRoles: ["Exchange.ManageAsApp"],
      directoryRoles: ["Exchange Administrator"],
      roleGroups: [],
      graphRoles: [
        ...["User.ReadWrite.All", "Group.ReadWrite.All", "GroupMember.Read.All"],
        "LicenseAssignment.ReadWrite.All",
      ],
    },
  ],
  objects: [
    {
      Guid: "0b1ec700-0000-4000-8000-000000000001",
      RecipientTypeDetails: "UserMailbox",
      Name: "Anna Bakker",
      DisplayName: "Anna Bakker",
      Alias: "anna.bakker",
      EmailAddresses: ["SMTP:anna.bakker@mytenant.example"],
    },
  ],
};

/** For editors. Relative, so that the file can be shared with the clone; the archive has no schemas. */
function schemaFor(file = "seed.json"): { $schema?: string } {
  if (!isClone) return {};
  const schema = path.join(actionsFolder, "schemas", "editor", "seed.schema.json");
  return { $schema: path.relative(path.dirname(path.resolve(file)), schema).replaceAll("\\", "/") };
}
