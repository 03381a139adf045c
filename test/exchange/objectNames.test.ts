import { describe, expect, it } from "vitest";
import { foldedName, objectNames } from "../../lib/exchange/objectNames.ts";
import { faultOf } from "./scripted.ts";

const of = (text: string, key = "D-1", prefix = "dg_") =>
  objectNames(text, key, { prefix, domain: "contoso.com" });

describe("the names of a new object", () => {
  it.each<[text: string, name: string, alias: string]>([
    ["Sales", "dg_Sales", "dg_Sales"],
    ["  Sales  ", "dg_Sales", "dg_Sales"],
    ["Human Resources", "dg_Human Resources", "dg_Human_Resources"],
    ["Care - Mornings", "dg_Care - Mornings", "dg_Care_Mornings"],
    ["Care – Mornings", "dg_Care - Mornings", "dg_Care_Mornings"],
    ["Care-Mornings", "dg_Care-Mornings", "dg_Care-Mornings"],
    ["Care \t\n Mornings", "dg_Care Mornings", "dg_Care_Mornings"],
    ["Care\u00a0Mornings", "dg_Care Mornings", "dg_Care_Mornings"],
    ["R&D", "dg_R&D", "dg_RD"],
    ["Care & Cure", "dg_Care & Cure", "dg_Care__Cure"],
    ["Finance (NL)", "dg_Finance (NL)", "dg_Finance_NL"],
    ["O'Brien's", "dg_O'Brien's", "dg_OBriens"],
    ["O’Brien", "dg_O'Brien", "dg_OBrien"],
    ["Legal, Risk", "dg_Legal, Risk", "dg_Legal_Risk"],
    ["v1.2", "dg_v1.2", "dg_v1.2"],
    ["a..b", "dg_a..b", "dg_a.b"],
    ["R.&.D.", "dg_R.&.D.", "dg_R.D"],
    ["Sales...", "dg_Sales...", "dg_Sales"],
    ["Zoë Café", "dg_Zoe Cafe", "dg_Zoe_Cafe"],
    ["Zoe\u0308", "dg_Zoe", "dg_Zoe"],
    ["Ökonomie", "dg_Okonomie", "dg_Okonomie"],
    ["Straße", "dg_Strasse", "dg_Strasse"],
    ["Smørrebrød Ærø Œuvre", "dg_Smorrebrod AEro OEuvre", "dg_Smorrebrod_AEro_OEuvre"],
    ["Łódź Đakovo", "dg_Lodz Dakovo", "dg_Lodz_Dakovo"],
    ["Þórður Ðe", "dg_Thordur De", "dg_Thordur_De"],
    ["İzmir Ispartalı", "dg_Izmir Ispartali", "dg_Izmir_Ispartali"],
    ["Ａｂｃ ﬁ №1", "dg_Abc fi No1", "dg_Abc_fi_No1"],
    ["Team 🦊", "dg_Team", "dg_Team"],
    ["Legal 🦊 Team", "dg_Legal Team", "dg_Legal_Team"],
    ["a/b\\c*d?e", "dg_abcde", "dg_abcde"],
    ['"Sales" <x@y>; [1]', "dg_Sales xy 1", "dg_Sales_xy_1"],
    ["Sales%#=|~^", "dg_Sales", "dg_Sales"],
    ["A+B!", "dg_A+B!", "dg_AB"],
    ["$(rm -rf)", "dg_(rm -rf)", "dg_rm_-rf"],
    ["' -or Name -like '*", "dg_' -or Name -like '", "dg__-or_Name_-like_"],
    ["x".repeat(70), `dg_${"x".repeat(61)}`, `dg_${"x".repeat(61)}`],
    [`${"x".repeat(60)} y`, `dg_${"x".repeat(60)}`, `dg_${"x".repeat(60)}_`],
    [`${"x".repeat(60)}.y`, `dg_${"x".repeat(60)}.`, `dg_${"x".repeat(60)}`],
    ["ß".repeat(40), `dg_${"s".repeat(61)}`, `dg_${"s".repeat(61)}`],
    // Too little would be left: the key takes the place of the name.
    ["東京", "dg_D-1", "dg_D-1"],
    ["Кадры 2", "dg_D-1", "dg_D-1"],
    ["Team 東京", "dg_D-1", "dg_D-1"],
    ["فرع ٣", "dg_D-1", "dg_D-1"],
    ["🦊👨‍👩‍👧", "dg_D-1", "dg_D-1"],
    ["---", "dg_D-1", "dg_D-1"],
    ["...", "dg_D-1", "dg_D-1"],
  ])("%j", (text, Name, Alias) => {
    const names = of(text);
    expect(names).toMatchObject({ Name, Alias, PrimarySmtpAddress: `${Alias}@contoso.com` });
    expect(of(text)).toEqual(names);
  });

  it.each(["東京", "🦊", "...", "Ω", "\u0301"])(
    "cannot be made of %j without a key that helps",
    async (text) => {
      expect(await faultOf(() => of(text, text))).toMatchObject({
        kind: "invalid",
        message: expect.stringContaining("no name and no address") as string,
      });
    },
  );

  it.each([
    ["as it is", "  Zoë's  Café 東京 🦊 ", "dg_Zoë's  Café 東京 🦊"],
    ["without invisible characters", "a\u0000b\nc", "dg_a b c"],
    ["without halves of characters", "a\ud83dz", "dg_a\ufffdz"],
    ["cut to its length", "x".repeat(300), `dg_${"x".repeat(253)}`],
    ["cut between characters", `${"x".repeat(252)}👨‍👩‍👧 y`, `dg_${"x".repeat(252)}`],
    ["cut between letter and mark", `${"x".repeat(252)}e\u0301\u0323`, `dg_${"x".repeat(252)}`],
  ])("show the source's own name: %s", (_what, text, shown) => {
    expect(of(text).DisplayName).toBe(shown);
  });

  it("follow a prefix, regardless of its last character", () => {
    expect(of(".x", "k", "d.")).toMatchObject({ Name: "d..x", Alias: "d.x" });
    expect(of("x".repeat(99), "k", "a".repeat(20)).Alias).toHaveLength(64);
  });

  it("are always valid in Exchange", () => {
    const odd = [
      "...a...",
      "- a -",
      " . a",
      "a. b .c",
      "a - - b",
      "(a)",
      "é.".repeat(50),
      "_",
      "a\u200db",
      "x".repeat(61) + "..y",
    ];
    for (const { Name, Alias } of odd.map((text) => of(text, "key"))) {
      expect(Alias).toMatch(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/);
      expect(Alias.length).toBeLessThanOrEqual(64);
      expect(Name).toMatch(/^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/);
    }
  });

  it("compare without case and marks", () => {
    expect(foldedName("dg_ZOË Straße")).toBe(foldedName("DG_zoe\u0308 strasse"));
    expect(foldedName("a")).not.toBe(foldedName("b"));
  });
});
