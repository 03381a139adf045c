import { describe, expect, it } from "vitest";
import { namedObject, type NamedObject } from "../../lib/exchange/namedObject.ts";
import { distributionGroups } from "../../lib/exchange/objectKinds.ts";
import { objectNames } from "../../lib/exchange/objectNames.ts";
import { Fault } from "../../lib/fault.ts";
import type { ResourceItem } from "../../lib/host/resourceActions.ts";
import {
  classify,
  classifyCreated,
  type Decision,
  type Rules,
} from "../../lib/resources/classify.ts";
import { ExistingObjects } from "../../lib/resources/existingObjects.ts";
import { guidOf } from "../exchange/answering.ts";

const item: ResourceItem = { key: "D-1", name: "Care", label: '"Care" (D-1)' };
const names = objectNames("Care", "D-1", { prefix: "dg_", domain: "contoso.com" });

const object = (own: Record<string, unknown> = {}): NamedObject =>
  namedObject(
    {
      ...names,
      Guid: guidOf(1),
      EmailAddresses: [`SMTP:${names.PrimarySmtpAddress}`],
      RecipientTypeDetails: "MailUniversalDistributionGroup",
      ExternalDirectoryObjectId: guidOf(2),
      CustomAttribute1: "D-1",
      CustomAttribute2: "ours",
      IsDirSynced: false,
      IsExchangeCloudManaged: false,
      ...own,
    },
    "group",
  );

function rulesFor(objects: readonly NamedObject[], own: Partial<Rules> = {}): Rules {
  const existing = new ExistingObjects("CustomAttribute1");
  for (const one of objects) existing.add(one);
  return {
    kind: distributionGroups,
    attributes: { key: "CustomAttribute1", marker: "CustomAttribute2" },
    marker: "ours",
    areHidden: false,
    areRenamed: false,
    existing,
    ...own,
  };
}

const decided = (
  objects: readonly NamedObject[],
  { clash, ...own }: Partial<Rules> & { clash?: Fault } = {},
): Decision => classify({ item, names, clash }, rulesFor(objects, own));

const clash = Fault.invalid("Two items have one name.");

describe("an item", () => {
  it("is created when the tenant has neither its key nor its names", () => {
    expect(decided([])).toEqual({ action: "create", names });
  });

  it("that clashes with another one is refused, unless its object exists", () => {
    expect(() => decided([], { clash })).toThrow(clash);
    expect(decided([object()], { clash, areRenamed: true })).toMatchObject({ action: "nothing" });
  });

  it("needs no change when its object has key and marker", () => {
    expect(decided([object()])).toEqual({ action: "nothing", outcome: "existing" });
    expect(decided([object({ CustomAttribute1: "d-1", CustomAttribute2: "OURS" })])).toEqual({
      action: "nothing",
      outcome: "existing",
    });
  });

  it("is ambiguous when several objects have its key", () => {
    expect(() => decided([object(), object({ Guid: guidOf(3) })])).toThrow(
      expect.objectContaining({ kind: "ambiguous" }) as Error,
    );
  });

  it("gives its object the missing marker", () => {
    expect(decided([object({ CustomAttribute2: "" })])).toMatchObject({
      action: "update",
      values: { CustomAttribute2: "ours" },
      outcome: "completed",
    });
  });

  it("does not take over the object of another connector", () => {
    expect(() => decided([object({ CustomAttribute2: "theirs" })])).toThrow(
      expect.objectContaining({ kind: "invalid" }) as Error,
    );
  });

  it("finishes an object with its names that has neither key nor marker", () => {
    const unfinished = object({ CustomAttribute1: "", CustomAttribute2: "" });
    expect(decided([unfinished], { areHidden: true })).toMatchObject({
      action: "update",
      object: unfinished,
      values: {
        CustomAttribute1: "D-1",
        CustomAttribute2: "ours",
        HiddenFromAddressListsEnabled: true,
      },
      outcome: "completed",
    });
  });

  it.each([
    [{ CustomAttribute1: "", CustomAttribute2: "theirs" }],
    [{ CustomAttribute1: "D-2" }],
    [{ CustomAttribute1: "", CustomAttribute2: "", PrimarySmtpAddress: "other@contoso.com" }],
  ])("is refused when its names belong to another object: %j", (own) => {
    expect(() => decided([object(own)])).toThrow(
      expect.objectContaining({ kind: "invalid" }) as Error,
    );
  });

  it("is refused when another object shares a name with its unfinished one", () => {
    const unfinished = object({ CustomAttribute1: "", CustomAttribute2: "" });
    const other = object({
      Guid: guidOf(3),
      Name: "Another",
      PrimarySmtpAddress: "another@contoso.com",
      EmailAddresses: ["SMTP:another@contoso.com"],
      CustomAttribute1: "D-9",
    });
    expect(() => decided([unfinished, other])).toThrow(
      expect.objectContaining({ kind: "invalid" }) as Error,
    );
  });
});

describe("a renamed item", () => {
  const old = { Name: "dg_Old", DisplayName: "dg_Old" };

  it("keeps its name unless the configuration renames resources", () => {
    expect(decided([object(old)])).toMatchObject({ action: "nothing" });
  });

  it("renames its object, and keeps alias and addresses", () => {
    expect(decided([object(old)], { areRenamed: true })).toMatchObject({
      action: "update",
      values: { Name: "dg_Care", DisplayName: "dg_Care" },
      outcome: "renamed",
    });
  });

  it("is refused when another object has the new name", () => {
    const other = object({
      Guid: guidOf(3),
      Alias: "other",
      PrimarySmtpAddress: "other@contoso.com",
      EmailAddresses: [],
      CustomAttribute1: "D-9",
    });
    expect(() => decided([object(old), other], { areRenamed: true })).toThrow(
      expect.objectContaining({ kind: "invalid" }) as Error,
    );
  });
});

describe("an object that Active Directory masters", () => {
  it.each([
    [{ IsDirSynced: true, IsExchangeCloudManaged: false }, true],
    [{ IsDirSynced: true, IsExchangeCloudManaged: true }, false],
    [{ IsDirSynced: false, IsExchangeCloudManaged: false }, false],
  ])("is not changed: %j", (synchronisation, isRefused) => {
    const decide = (): Decision => decided([object({ CustomAttribute2: "", ...synchronisation })]);
    if (isRefused) expect(decide).toThrow(expect.objectContaining({ kind: "onPremises" }) as Error);
    else expect(decide()).toMatchObject({ action: "update" });
  });
});

describe("a created object", () => {
  const created = (own: Record<string, unknown>, wasThere: boolean): Decision =>
    classifyCreated(object(own), { item, names, wasThere }, rulesFor([]));
  const stamp = { CustomAttribute1: "D-1", CustomAttribute2: "ours" };

  it("gets key and marker", () => {
    const blank = { CustomAttribute1: "", CustomAttribute2: "" };
    expect(created(blank, false)).toMatchObject({ values: stamp, outcome: "created" });
    expect(created(blank, true)).toMatchObject({ values: stamp, outcome: "completed" });
  });

  it("needs nothing when it has both", () => {
    expect(created({}, false)).toEqual({ action: "nothing", outcome: "created" });
    expect(created({}, true)).toEqual({ action: "nothing", outcome: "existing" });
  });

  it("gets what is missing of the two", () => {
    expect(created({ CustomAttribute2: "" }, false)).toMatchObject({
      values: stamp,
      outcome: "created",
    });
    expect(created({ CustomAttribute2: "" }, true)).toMatchObject({
      values: { CustomAttribute2: "ours" },
      outcome: "completed",
    });
  });
});
