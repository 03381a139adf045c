import { expect, it } from "vitest";
import { textOf, type Row } from "../../lib/exchange/client/encoding.ts";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { TenantList } from "../../lib/exchange/tenantList.ts";
import { WantedNames } from "../../lib/exchange/wantedNames.ts";
import { settled } from "./answering.ts";
import { clientOf, faultOf } from "./scripted.ts";

const pageSize = 1000;

/** A list of so many rows, and what is kept of it. */
function listOf(count: number) {
  const kept: string[] = [];
  const wanted = new WantedNames();
  const list = new TenantList({
    cmdlet: "Get-Recipient",
    select: ["Name"],
    namesOf: (row) => [textOf(row["Name"])],
    wanted,
    keep: (row) => kept.push(textOf(row["Name"])),
    whenEmpty: "There are none.",
  });
  const state = { pages: 0 };
  const exchange: Exchange = {
    ...clientOf([]).exchange,
    async *pages() {
      for (let from = 0; from === 0 || from < count; from += pageSize) {
        state.pages++;
        const size = Math.min(pageSize, count - from);
        const rows: Row[] = Array.from({ length: size }, (_, at) => ({ Name: `N${from + at}` }));
        yield { rows, isLast: from + size >= count, notices: [], wasRetried: false };
        await settled();
      }
    },
  };
  return { kept, wanted, list, exchange, state };
}

it("keeps all rows of a list of 10,000, whether they are wanted or not", async () => {
  const { kept, list, exchange } = listOf(10_000);
  await list.read(exchange);
  expect([kept.length, list.isWhole, list.isRead]).toEqual([10_000, true, true]);
  list.forget();
  expect(list.isRead).toBe(true);
});

it("holds 11 pages of a longer list until it is known what is wanted, and keeps only that", async () => {
  const { kept, wanted, list, exchange, state } = listOf(30_000);
  wanted.add(["n7"]);
  const read = list.read(exchange);
  for (let turn = 0; turn < 100; turn++) await settled();
  expect([state.pages, kept]).toEqual([11, []]);
  wanted.add([" N29999 ", "x"]);
  wanted.complete();
  await read;
  expect([state.pages, kept, list.isWhole]).toEqual([30, ["N7", "N29999"], false]);
  // What is wanted later is not among them.
  expect(list.isRead).toBe(true);
  list.forget();
  expect(list.isRead).toBe(false);
});

it("can be left after its first page, and then counts as not read", async () => {
  const { kept, list, exchange, state } = listOf(2_500);
  await list.read(exchange, ({ isLast }) => Promise.resolve(!isLast));
  expect([state.pages, kept.length, list.isRead]).toEqual([1, 1000, false]);
  await list.read(exchange);
  expect([state.pages, list.isWhole]).toEqual([4, true]);
});

it("is a fault when it is empty", async () => {
  const { list, exchange } = listOf(0);
  expect(await faultOf(list.read(exchange))).toMatchObject({
    kind: "unexpected",
    message: "There are none.",
  });
});
