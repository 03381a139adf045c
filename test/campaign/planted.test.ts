import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { plantedFaults as ofTests } from "../../tools/campaigns/plantedFaults.ts";
import { plantedFaults as ofCampaign } from "./planted.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** The long commands that plant them are run rarely: a fault whose text has gone would be noticed late. */
test("every planted fault finds its text in the product, once", () => {
  const planted = [
    ...ofTests.map(({ file, find }) => ({ file, text: find })),
    ...ofCampaign.map(({ file, literal }) => ({ file, text: literal })),
  ];
  const lost = planted.filter(
    ({ file, text }) => readFileSync(path.join(root, file), "utf8").split(text).length !== 2,
  );
  expect(planted.length).toBeGreaterThan(200);
  expect(lost).toEqual([]);
});
