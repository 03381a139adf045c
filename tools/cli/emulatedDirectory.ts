/** A domain controller in this process, on a port of this machine, with a certificate of its own authority. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { newAuthority } from "../../test/activeDirectory/certificates.ts";
import { Domain, personIn, type NewObject } from "../../test/emulator/directory/domain.ts";
import { ldapDouble, type Request } from "../../test/emulator/directory/ldapDouble.ts";
import type { State } from "../../test/emulator/state.ts";

export const baseDn = "DC=contoso,DC=com";
const service = { userPrincipalName: "svc-connector@contoso.com", password: "Demo.2026x" };

export interface EmulatedDirectory {
  domain: Domain;
  /** The fields of the form that name it. */
  form: Readonly<Record<string, string>>;
  /** Every request, in the order of arrival. */
  requests: Request[];
  close(): Promise<void>;
}

/** Starts it with these objects, and the account of the connector. `newId`: see `DomainSettings`. */
export async function startEmulatedDirectory(
  objects: readonly NewObject[],
  newId?: () => string,
): Promise<EmulatedDirectory> {
  const domain = new Domain({
    baseDn,
    ...(newId && { newId }),
    delegated: { "svc-connector": baseDn },
    objects: [
      unit(`OU=Service,${baseDn}`),
      {
        ...personIn(`OU=Service,${baseDn}`, "svc-connector", {
          userPrincipalName: service.userPrincipalName,
        }),
        password: service.password,
      },
      ...objects,
    ],
  });
  const authority = newAuthority();
  const folder = mkdtempSync(path.join(tmpdir(), "exo-directory-"));
  const authorityFile = path.join(folder, "ca.pem");
  writeFileSync(authorityFile, authority.pem);
  const double = await ldapDouble(authority.issue(["127.0.0.1"]), (request) =>
    domain.answer(request),
  );
  return {
    domain,
    form: {
      Host: "127.0.0.1",
      Port: String(double.port),
      BaseDN: baseDn,
      Username: service.userPrincipalName,
      Password: service.password,
      CertificateAuthorityFile: authorityFile,
    },
    requests: double.requests,
    async close() {
      await double.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export function unit(dn: string): NewObject {
  return { dn, objectClass: "organizationalUnit" };
}

/** Attributes by the properties of a mailbox. The seed keeps the number of a person in the last one. */
const attributes = {
  FirstName: "givenName",
  LastName: "sn",
  Department: "department",
  Title: "title",
  Company: "company",
  CustomAttribute1: "employeeID",
};

/** The people of an emulated tenant as accounts, in the organisational unit of the shipped mapping. */
export function accountsOf({ objects }: Pick<State, "objects">): NewObject[] {
  const place = `OU=People,${baseDn}`;
  const people = objects.filter(
    ({ RecipientTypeDetails, WhenSoftDeleted }) =>
      RecipientTypeDetails === "UserMailbox" && (WhenSoftDeleted ?? null) === null,
  );
  const byLogin = new Map(
    people.map((one) => [String(one["Alias"]).slice(0, 20).toLowerCase(), one] as const),
  );
  const accounts = [...byLogin].map(([login, one]) =>
    personIn(place, `${String(one["DisplayName"])} (${login})`.replaceAll(",", ""), {
      sAMAccountName: login,
      displayName: String(one["DisplayName"]),
      userPrincipalName: `${login}@contoso.com`,
      mailNickname: login,
      ...Object.fromEntries(
        Object.entries(attributes).flatMap(([property, name]) => {
          const value = one[property];
          return typeof value === "string" && value !== "" ? [[name, value]] : [];
        }),
      ),
    }),
  );
  return [unit(place), ...accounts];
}
