import { describe, expect, it } from "vitest";
import {
  domainOf,
  isBelow,
  isSameName,
  parentOf,
  relativeName,
} from "../../lib/activeDirectory/client/names.ts";
import { placeFrom } from "../../lib/activeDirectory/userPlace.ts";
import { attributesAmong, userValuesFrom } from "../../lib/activeDirectory/userValues.ts";
import { Fault } from "../../lib/fault.ts";
import { newPassword } from "../../lib/accounts/password.ts";

function messageOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (thrown) {
    return Fault.of(thrown).message;
  }
}

describe("a distinguished name", () => {
  it("has a first part whose special characters are escaped", () => {
    expect(relativeName("Zoë van Dam")).toBe("CN=Zoë van Dam");
    expect(relativeName('a,b+"c"\\d<e>;=#')).toBe(
      "CN=a\\2cb\\2b\\22c\\22\\5cd\\3ce\\3e\\3b\\3d\\23",
    );
    expect(relativeName(" a ")).toBe("CN=\\20a\\20");
    expect(relativeName("a\nb")).toBe("CN=a\\0ab");
  });

  it("is below a place, also one that is written in another way", () => {
    const place = "OU=R\\2CD,DC=Example,DC=Test";
    expect(isBelow("CN=A,ou=R\\,D, dc=example,dc=test", place)).toBe(true);
    expect(isBelow(place, place)).toBe(true);
    expect(isBelow("OU=D,DC=example,DC=test", place)).toBe(false);
    // A comma in a name is not one between two names.
    expect(isBelow("CN=x\\,OU=D,DC=example,DC=test", "OU=D,DC=example,DC=test")).toBe(false);
    expect(isBelow("CN=x,OU=XD,DC=example,DC=test", "D,DC=example,DC=test")).toBe(false);
  });

  it.each([
    ["CN=A,OU=B,DC=c", "OU=B,DC=c"],
    ["CN=A\\, B,DC=c", "DC=c"],
    ["CN=A\\\\,DC=c", "DC=c"],
    ["DC=c", ""],
  ])("such as %s has the parent %s", (dn, parent) => expect(parentOf(dn)).toBe(parent));

  it("is in a domain", () => {
    expect(domainOf("OU=A,OU=DC,DC=b, DC=c")).toBe("DC=b, DC=c");
    expect(domainOf("DC=b,DC=c")).toBe("DC=b,DC=c");
    expect(isSameName("DC=b, DC=c", "dc=B,dc=C")).toBe(true);
    expect(isSameName("CN=a\\2cb,DC=c", "CN=a\\,b,DC=c")).toBe(true);
    expect(isSameName("CN=a b,DC=c", "CN=ab,DC=c")).toBe(false);
  });
});

describe("the values of an account of Active Directory", () => {
  it("are typed by its attributes, and cleared when they are empty", () => {
    expect(
      userValuesFrom([
        ["DEPARTMENT", " Sales "],
        ["title", null],
        ["sAMAccountName", ""],
        ["msExchHideFromAddressLists", "True"],
        ["msExchRecipientTypeDetails", "2147483648"],
        ["proxyAddresses", ["SMTP:a@contoso.com", "b@contoso.com"]],
        ["c", "NL"],
      ]),
    ).toEqual({
      department: "Sales",
      title: null,
      msExchHideFromAddressLists: true,
      msExchRecipientTypeDetails: "2147483648",
      proxyAddresses: ["SMTP:a@contoso.com", "b@contoso.com"],
      c: "NL",
    });
  });

  it.each([
    ["departement", "x", "the most similar name is department"],
    ["objectGUID", "x", "it can only be read"],
    ["employeeID", "12345678901234567", "16 characters at most"],
    ["msExchHideFromAddressLists", "yes", "expected true or false"],
    ["msExchRemoteRecipientType", "one", "expected a whole number"],
    ["c", "Netherlands", "expected a country code"],
    ["proxyAddresses", ["SMTP:a@b.nl", "SMTP:c@b.nl"], "2 primary addresses"],
    ["proxyAddresses", ["x500:a"], "expected an SMTP address"],
    ["sAMAccountName", "a@b", "expected a name without any of"],
    ["sAMAccountName", "ab.", "expected a name without any of"],
    ["userPrincipalName", "ab", "expected a user name"],
    ["title", ["a", "b"], "yields a list"],
  ])("%s cannot be %j", (name, value, message) => {
    expect(messageOf(() => userValuesFrom([[name, value]]))).toContain(message);
  });

  it("are read under the names of the schema", () => {
    expect(attributesAmong(["GIVENNAME", "objectguid", "nothing"])).toEqual([
      "objectGUID",
      "givenName",
    ]);
  });

  it("have a place", () => {
    expect(placeFrom([["OrganizationalUnit", " OU=A,DC=b "]])).toEqual({
      organizationalUnit: "OU=A,DC=b",
    });
    expect(placeFrom([["cn", ""]])).toEqual({});
    expect(messageOf(() => placeFrom([["organizationalUnit", "People"]]))).toContain(
      "expected a distinguished name",
    );
    expect(messageOf(() => placeFrom([["cn", "x".repeat(65)]]))).toContain("64 characters at most");
  });

  it("have a new password that is as long as the domain asks for", () => {
    expect(newPassword("random", 30)).toHaveLength(30);
    expect(newPassword("random", 8)).toHaveLength(16);
    expect(newPassword("passphrase", 40).length).toBeGreaterThanOrEqual(40);
    expect(newPassword("passphrase", 40)).toMatch(/^[A-Z][a-z]+(-[a-z]+)+-\d{3}$/);
  });
});
