/**
 * Built bundles with another data file in them: what an implementer edited, without touching the files of this
 * repository.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, inject } from "vitest";

const folders: string[] = [];
afterAll(() =>
  folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })),
);

/** A copy of a set's bundles in which a text that stands there once is another one. Gives where they are. */
export function bundlesWith(set: string, literal: string, instead: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "exchange-online-connector-options-"));
  folders.push(folder);
  for (const part of ["chunks", `permissions/${set}`])
    cpSync(path.join(inject("dist"), part), path.join(folder, part), { recursive: true });
  const holding = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => path.join(folder, name))
    .filter((name) => readFileSync(name, "utf8").includes(literal));
  expect(holding, literal).toHaveLength(1);
  const [found = ""] = holding;
  const [before = "", after = "", ...more] = readFileSync(found, "utf8").split(literal);
  expect(more, literal).toEqual([]);
  writeFileSync(found, `${before}${instead}${after}`);
  return folder;
}
