import { describe, expect, it } from "vitest";
import type { CorrelationConfiguration } from "../../lib/generated/types.ts";
import { correlationFrom } from "../../lib/host/correlation.ts";
import { Fault } from "../../lib/fault.ts";

const whole: CorrelationConfiguration = {
  Enabled: true,
  PersonField: "Person.ExternalId",
  PersonFieldValue: "E1",
  AccountField: "CustomAttribute1",
  AccountFieldValue: "A1",
};

function refusal(setting: CorrelationConfiguration): Fault {
  try {
    correlationFrom(setting);
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
  }
  return expect.unreachable("it was accepted");
}

describe("the correlation value", () => {
  it("is the person's value", () => {
    expect(correlationFrom(whole)).toEqual({ field: "CustomAttribute1", value: "E1" });
  });

  it.each([null, "", "  "])("is the mapped value when the person has none: %j", (value) => {
    expect(correlationFrom({ ...whole, PersonFieldValue: value }).value).toBe("A1");
  });

  it("may be a number, even zero, and is looked up as text", () => {
    expect(correlationFrom({ ...whole, PersonFieldValue: 100001 }).value).toBe("100001");
    expect(correlationFrom({ ...whole, PersonFieldValue: 0 }).value).toBe("0");
  });

  it("is trimmed of invisible characters, and so is its field", () => {
    expect(
      correlationFrom({
        ...whole,
        AccountField: " UserPrincipalName ",
        PersonFieldValue: " \t\u00a0\u200bO'Brien & Zoë\u200b\u00a0 ",
      }),
    ).toEqual({ field: "UserPrincipalName", value: "O'Brien & Zoë" });
  });
});

describe("a correlation that cannot be used", () => {
  it("is reported as switched off", () => {
    expect(refusal({ ...whole, Enabled: false })).toMatchObject({
      kind: "invalid",
      message:
        "Correlation is turned off: turn it on and select its fields, so that a person is linked to the account that " +
        "exists.",
    });
  });

  it.each([2 ** 53, -(2 ** 53), 1e21, 1.5])(
    "is refused for a number that JSON may have rounded, without repeating it: %d",
    (PersonFieldValue) => {
      const fault = refusal({ ...whole, PersonFieldValue });
      expect(fault.kind).toBe("invalid");
      expect(fault.message).toContain('"CustomAttribute1"');
      expect(fault.message).not.toContain(String(PersonFieldValue));
    },
  );

  it.each([undefined, null, " "])(
    "is reported when the account field is missing: %j",
    (AccountField) => {
      const { AccountField: _left, ...rest } = whole;
      expect(refusal(AccountField === undefined ? rest : { ...rest, AccountField })).toMatchObject({
        kind: "invalid",
        message:
          "Correlation is turned on without an account correlation field (AccountField): select one.",
      });
    },
  );

  it("is reported with both places that have no value", () => {
    expect(refusal({ ...whole, PersonFieldValue: null, AccountFieldValue: " " })).toMatchObject({
      kind: "invalid",
      message:
        'The correlation value is empty: neither the person field "Person.ExternalId" ' +
        'nor the mapping of "CustomAttribute1" has a value for this person.',
    });
  });

  it.each([null, "", " "])("is reported when no person field was chosen: %j", (PersonField) => {
    expect(refusal({ Enabled: true, PersonField, AccountField: "Guid" }).message).toBe(
      "The correlation value is empty: neither the person field (none selected) " +
        'nor the mapping of "Guid" has a value for this person.',
    );
  });
});
