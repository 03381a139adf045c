import { describe, expect, it } from "vitest";
import { median, quantile, spread } from "../tools/bench/figures.ts";
import { holds } from "../tools/bench/part.ts";
import { drawn } from "../tools/bench/pictures.ts";
import { pageOf } from "../tools/bench/report.ts";

describe("a limit", () => {
  it.each([
    [{ figure: 3.2, atMost: 3.2 }, true],
    [{ figure: 3.204, atMost: 3.2 }, false],
    [{ figure: 100, atLeast: 100 }, true],
    [{ figure: 99.9, atLeast: 100 }, false],
    [{ figure: NaN, atMost: 3.2 }, false],
    [{ figure: NaN, atLeast: 3.2 }, false],
  ])("%j holds: %s", (limit, expected) => {
    expect(holds({ what: "time", ...limit })).toBe(expected);
  });
});

describe("figures", () => {
  it("are the middle one, and the middle half", () => {
    const values = [9, 1, 5, 3, 7];
    expect([median(values), quantile(values, 0.99), spread(values)]).toEqual([5, 9, "3 to 7"]);
    expect(median([])).toBeNaN();
  });
});

describe("a picture", () => {
  it("is an SVG with what it shows, and without scripts", () => {
    const svg = drawn({
      name: "serve",
      alt: "Events a second",
      option: {
        title: { text: "Events a second" },
        xAxis: { type: "value" },
        yAxis: { type: "category", data: ["serve"] },
        series: [{ type: "bar", data: [87.5], label: { show: true } }],
      },
    });
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
    for (const text of [">Events a second<", ">serve<", ">87.5<"]) expect(svg).toContain(text);
    expect(svg).not.toMatch(/<script|@keyframes|href=/);
  });
});

describe("the page", () => {
  it("has what was measured on which machine, and which limits hold", () => {
    const page = pageOf({
      serve: {
        title: "Events in one process",
        date: "2026-11-30",
        node: "v24.1.0",
        machine: "2 cores",
        about: ["How it was measured."],
        tables: [{ title: "Events", columns: ["Way", "Rate"], rows: [["serve", 87.26]] }],
        limits: [{ what: "serve", figure: 99.96, atLeast: 100 }],
        pictures: [{ name: "serve", alt: "87 events a second" }],
      },
    });
    expect(page).toContain("`npm run bench -- serve`, 2026-11-30, Node v24.1.0, 2 cores.");
    expect(page).toContain("![87 events a second](serve.svg)");
    expect(page).toContain("| serve | 87.3 |");
    expect(page).toContain("| serve | 100.0 | at least 100 | no |");
  });
});
