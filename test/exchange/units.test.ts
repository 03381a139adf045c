import { describe, expect, it } from "vitest";
import { bytesIn, countIn, daysIn, secondsIn, timeIn } from "../../lib/exchange/units.ts";

describe("bytesIn", () => {
  it.each([
    ["0", 0],
    ["512", 512],
    ["512 B", 512],
    ["1 KB", 1024],
    ["1MB", 1024 ** 2],
    ["50 gb", 50 * 1024 ** 3],
    ["2 TB", 2 * 1024 ** 4],
    ["1.5 GB", 1.5 * 1024 ** 3],
    ["0.1 KB", 102],
    ["49.5 GB (53,150,220,288 bytes)", 53_150_220_288],
    ["49.5 GB (53.150.220.288 bytes)", 53_150_220_288],
    ["49,5 GB (53 150 220 288 bytes)", 53_150_220_288],
  ])("reads %j", (text, bytes) => {
    expect(bytesIn(text)).toBe(bytes);
  });

  it.each(["", " ", "GB", "50 GiB", "1,5 GB", "-1", "1 GB and more", "Unlimited", "1".repeat(16)])(
    "does not read %j",
    (text) => {
      expect(bytesIn(text)).toBeUndefined();
    },
  );
});

describe("countIn", () => {
  it.each([
    ["0", 0],
    ["500", 500],
    ["999999999", 999_999_999],
  ])("reads %j", (text, count) => {
    expect(countIn(text)).toBe(count);
  });

  it.each(["", "-1", "1.5", "1e3", " 1", "1234567890"])("does not read %j", (text) => {
    expect(countIn(text)).toBeUndefined();
  });
});

describe("secondsIn and daysIn", () => {
  it.each([
    ["0", 0, 0],
    ["14", 14 * 86_400, 14],
    ["14.00:00:00", 14 * 86_400, 14],
    ["1.02:03:04", 93_784, undefined],
    ["00:00:01", 1, undefined],
    ["23:59:59.9999999", 86_399, undefined],
  ])("read %j", (text, seconds, days) => {
    expect([secondsIn(text), daysIn(text)]).toEqual([seconds, days]);
  });

  it.each(["", "-1", "1.5", "24:00:00", "00:60:00", "00:00:60", "1:00:00", "Unlimited"])(
    "do not read %j",
    (text) => {
      expect([secondsIn(text), daysIn(text)]).toEqual([undefined, undefined]);
    },
  );
});

describe("timeIn", () => {
  it.each([
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2026-03-01T10:20", "2026-03-01T10:20:00.000Z"],
    ["2026-03-01 10:20:30", "2026-03-01T10:20:30.000Z"],
    ["2026-03-01T10:20:30.987Z", "2026-03-01T10:20:30.000Z"],
    ["2026-03-01T10:20:30+02:00", "2026-03-01T08:20:30.000Z"],
    ["2026-03-01T10:20:30 -0530", "2026-03-01T15:50:30.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ])("reads %j, as UTC unless it names a zone", (text, iso) => {
    expect(new Date(timeIn(text)).toISOString()).toBe(iso);
  });

  it.each(["", "2026-02-30", "2026-13-01", "01/03/2026", "2026-03-01T25:00", "March 1, 2026"])(
    "does not read %j",
    (text) => {
      expect(timeIn(text)).toBeNaN();
    },
  );
});
