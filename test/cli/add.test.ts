import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, inject, it } from "vitest";
import { afterWriting } from "../../tools/cli/verbs/add.ts";
import { Failure } from "../../tools/session/failure.ts";
import { ran } from "./terminal.ts";

const root = path.resolve(import.meta.dirname, "../..");
const sizes = ["--parameter", "MaxSendSize", "--value", "10 MB", "--after-revoke", "35 MB"];
const plan = (name: string, ...options: string[]) =>
  ran(["add", "permission", name, ...options, "--dry-run"]);

describe("add permission, in a dry run,", () => {
  it("lists the files, and writes none", async () => {
    const { code, lines } = await plan("sendSize", ...sizes);
    expect(code).toBe(0);
    expect(lines).toContain("new      permissions/sendSize/revokePermission.ts");
    expect(lines).toContain("changed  schemas/options.schema.json");
    expect(existsSync(path.join(root, "permissions/sendSize"))).toBe(false);
  });

  it("lists them as JSON", async () => {
    const { lines } = await plan("sendSize", ...sizes, "--json");
    const { created, written } = JSON.parse(lines.join("\n")) as {
      created: string[];
      written: boolean;
    };
    expect(written).toBe(false);
    expect(created).toContain("test/permissions/sendSize.test.ts");
  });

  it.each([
    ["a truth value, which a revoke turns round", "HiddenFromAddressListsEnabled", "true"],
    ["a text, which a revoke clears", "Office", "Utrecht"],
    ["a parameter in another case", "office", "Utrecht"],
  ])("accepts %s", async (_name, parameter, value) => {
    const { code } = await plan("one", "--parameter", parameter, "--value", value);
    expect(code).toBe(0);
  });
});

describe("add permission refuses", () => {
  const parameter = ["--parameter", "MaxSendSize"];
  it.each<[string, string, string[], RegExp]>([
    ["a name with a capital", "SendSize", sizes, /"SendSize" cannot be the name of a set/],
    ["a name with a dash", "send-size", sizes, /expected lowerCamelCase such as sendSize/],
    ["a path", "../sendSize", sizes, /cannot be the name of a set/],
    ["a set that exists", "litigationHold", sizes, /The set litigationHold exists already/],
    ["a set in another case", "litigationhold", sizes, /The set litigationHold exists already/],
    ["the name of a noun", "mailbox", sizes, /lib\/exchange\/mailbox\.ts exists already/],
    [
      "the name of a schema",
      "regional",
      sizes,
      /editor\/regionalOptions\.schema\.json exists already/,
    ],
    [
      "an unknown parameter",
      "sendSize",
      ["--parameter", "MaxSendSiz", "--value", "10 MB"],
      /--parameter is "MaxSendSiz".* The nearest is MaxSendSize\./,
    ],
    [
      "a parameter that is a list",
      "sendSize",
      ["--parameter", "GrantSendOnBehalfTo", "--value", "x"],
      /expected a parameter of Set-Mailbox with one value/,
    ],
    [
      "a value that Set-Mailbox does not accept",
      "sendSize",
      [...parameter, "--value", "10", "--after-revoke", "35 MB"],
      /A value is "10"; expected a size with its unit/,
    ],
    [
      "a value twice, in another spelling",
      "sendSize",
      [...parameter, "--value", "10 MB", "10MB", "--after-revoke", "35 MB"],
      /--value has "10 MB" and "10MB", which are the same; expected it once\./,
    ],
    [
      "a value twice, in another unit",
      "sendSize",
      [...parameter, "--value", "1 GB", "1024 MB", "--after-revoke", "35 MB"],
      /which are the same/,
    ],
    [
      "values with one Id",
      "office",
      ["--parameter", "Office", "--value", "A-1", "a 1"],
      /--value has "A-1" and "a 1"/,
    ],
    [
      "a value after a revoke that is an option in another spelling",
      "sendSize",
      [...parameter, "--value", "10 MB", "--after-revoke", "10MB"],
      /which is an option of the set too/,
    ],
    ["no value after a revoke", "sendSize", [...parameter, "--value", "10 MB"], /--after-revoke/],
    [
      "a value after a revoke that is an option",
      "sendSize",
      [...parameter, "--value", "10 MB", "--after-revoke", "10 MB"],
      /which is an option of the set too/,
    ],
  ])("%s", async (_case, name, options, message) => {
    const { code, notes } = await plan(name, ...options);
    expect(notes.join("\n")).toMatch(message);
    expect(code).toBe(2);
  });
});

it("add permission names the files that it may have written when it fails", () => {
  const fail = (): never => {
    throw new Error("The generator failed.\n    at stack");
  };
  expect(() => afterWriting(["a.ts", "b.ts"], fail)).toThrow(
    new Failure(
      "The set is not finished (The generator failed.), and these files may be written: a.ts, b.ts.",
    ),
  );
});

it("add permission works in a clone only: the archive says so", () => {
  const program = path.join(inject("dist"), "exo-connector.mjs");
  const args = [program, "add", "permission", "sendSize", ...sizes];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stderr.trim()).toBe(
    "There are no sources here: add works in a clone of the project, and not in the archive.",
  );
  expect(status).toBe(2);
});
