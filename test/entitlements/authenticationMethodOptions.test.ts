import { describe, expect, it } from "vitest";
import { listedOptions } from "../../lib/entitlements/authenticationMethodOptions.ts";

const phone = {
  Id: "mobile",
  PersonField: "Contact.Personal.Phone.Mobile",
  OnlySetWhenEmpty: true,
  RemoveWhenRevokingEntitlement: false,
};
const pass = {
  Id: "temporaryAccessPass",
  LifetimeInMinutes: 60,
  IsUsableOnce: false,
  RemoveWhenRevokingEntitlement: true,
};

describe("the options of authentication methods", () => {
  it("that are shipped are accepted, one for each method", () => {
    expect(listedOptions().map(({ kind }) => kind)).toEqual([
      ...["mobile", "alternateMobile", "office", "email", "temporaryAccessPass"],
    ]);
  });

  it("have a meaning of their own", () => {
    const options = [{ ...phone, Country: " nl", PersonField: " Person.Custom.Phone " }, pass];
    expect(listedOptions({ options })).toEqual([
      {
        kind: "mobile",
        personField: "Custom.Phone",
        country: "NL",
        onlySetWhenEmpty: true,
        removesOnRevoke: false,
      },
      {
        kind: "temporaryAccessPass",
        lifetimeInMinutes: 60,
        isUsableOnce: false,
        replacesExisting: true,
        removesOnRevoke: true,
      },
    ]);
    expect(listedOptions({ options: [{ ...pass, ReplaceExisting: false }] })).toMatchObject([
      { replacesExisting: false },
    ]);
    expect(listedOptions({ options: [] })).toEqual([]);
  });

  it.each<[object[], string]>([
    [[phone, phone], 'option "mobile": the Id is used twice.'],
    [[{ ...phone, PersonField: undefined }], "PersonField is missing; mobile needs it."],
    [[{ ...phone, OnlySetWhenEmpty: undefined }], "OnlySetWhenEmpty is missing; mobile needs it."],
    [
      [{ ...pass, IsUsableOnce: undefined }],
      "IsUsableOnce is missing; temporaryAccessPass needs it.",
    ],
    [
      [{ ...phone, IsUsableOnce: true }],
      "IsUsableOnce is not for mobile; expected only Id, RemoveWhenRevokingEntitlement, PersonField, " +
        "OnlySetWhenEmpty, Country.",
    ],
    [[{ ...phone, Id: "email", Country: "NL" }], "Country is not for email; expected only"],
    [[{ ...pass, OnlySetWhenEmpty: true }], "OnlySetWhenEmpty is not for temporaryAccessPass"],
    [[{ ...pass, LifetimeInMinutes: 9 }], "expected a whole number from 10 to 43200 (30 days)"],
    [
      [{ ...pass, LifetimeInMinutes: 43_201 }],
      "expected a whole number from 10 to 43200 (30 days)",
    ],
    [
      [{ ...phone, Id: "fax" }],
      "expected mobile, alternateMobile, office, email or temporaryAccessPass",
    ],
    [[{ ...phone, Country: "NLD" }], "expected the code of a country, such as NL"],
    [[{ ...phone, PersonField: "a b" }], "expected the path of a field of the person"],
    [[{ ...phone, RemoveWhenRevokingEntitlement: undefined }], "RemoveWhenRevokingEntitlement"],
  ])("%j are refused", (options, text) => {
    const data = JSON.parse(JSON.stringify({ options })) as unknown;
    expect(() => listedOptions(data)).toThrow(text);
  });
});
