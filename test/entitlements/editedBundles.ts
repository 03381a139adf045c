/**
 * Built bundles with another data file in them: what an implementer edited, without touching the files of this
 * repository.
 */
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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
  for (const part of ["chunks", `permissions/${set}`]) linkFiles(part, folder);
  const holding = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[cm]js$/.test(name))
    .map((name) => path.join(folder, name))
    .filter((name) => readFileSync(name, "utf8").includes(literal));
  expect(holding, literal).toHaveLength(1);
  const [found = ""] = holding;
  const [before = "", after = "", ...more] = readFileSync(found, "utf8").split(literal);
  expect(more, literal).toEqual([]);
  // A file of its own, not the one that all copies share.
  rmSync(found);
  writeFileSync(found, `${before}${instead}${after}`);
  return folder;
}

/** The files of a part of the bundles, under a second name each: copies of all of them would take long. */
function linkFiles(part: string, folder: string): void {
  const from = path.join(inject("dist"), part);
  for (const file of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const to = path.join(folder, part, path.relative(from, file.parentPath));
    mkdirSync(to, { recursive: true });
    if (file.isFile()) linkSync(path.join(file.parentPath, file.name), path.join(to, file.name));
  }
}
