/** Runs a built action of Active Directory with a form of the suite's controller. */
import { expect, inject } from "vitest";
import {
  createAnswer,
  deleteAnswer,
  disableAnswer,
  enableAnswer,
  importAnswer,
  uniquenessCheckAnswer,
  updateAnswer,
} from "../generated/answers.ts";
import { readAs, type Contract } from "../../lib/host/schemaContract.ts";
import { runBundle } from "../../tools/cli/run.ts";
import type { AnyAnswer } from "../bench.ts";
import type { Samba } from "./samba.ts";
import { baseDn, serviceAccount } from "./sambaContent.ts";

const contracts = {
  create: createAnswer,
  update: updateAnswer,
  enable: enableAnswer,
  disable: disableAnswer,
  delete: deleteAnswer,
  uniquenessCheck: uniquenessCheckAnswer,
  import: importAnswer,
} as const satisfies Readonly<Record<string, Contract<unknown>>>;
export type Verb = keyof typeof contracts;

export interface RunOptions {
  /** The reference of the account. */
  id?: string;
  /** The fields with their values. */
  data?: object;
  /** Those that are mapped for the event, if others are shown as well. */
  mapped?: object;
  dryRun?: boolean;
  form?: object;
  env?: Record<string, string>;
  /** Members of the actionContext. */
  more?: object;
  manager?: string;
}

export interface Ended {
  answer: AnyAnswer;
  messages: string[];
  code: number | null;
  all: string;
}

/** The event's answer, read by its schema. The password of the connector is nowhere in what the process wrote. */
export async function runAction(
  samba: Samba,
  verb: Verb,
  {
    id,
    data = {},
    mapped = data,
    dryRun = false,
    form = {},
    env = {},
    more = {},
    manager,
  }: RunOptions,
): Promise<Ended> {
  const event = {
    actionContext: {
      Configuration: {
        Organization: "contoso.onmicrosoft.com",
        TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
        AppId: "c11e4700-0000-4000-8000-00000000c0de",
        AppSecret: "not-used",
        Host: samba.address,
        ServerName: "dc1.example.test",
        BaseDN: baseDn,
        Username: serviceAccount.userPrincipalName,
        Password: serviceAccount.password,
        CertificateAuthorityFile: samba.authorityFile,
        ...form,
      },
      DryRun: dryRun,
      Operation: verb,
      Origin: "enforcement",
      References: {
        ...(id !== undefined && { Account: id }),
        ...(manager !== undefined && { ManagerAccount: manager }),
      },
      Data: mapped,
      ...more,
    },
    outputContext: { Data: data },
    personContext: { Person: { DisplayName: "Person" } },
  };
  const ended = await runBundle(`lifecycle/hybrid/${verb}`, event, { dist: inject("dist"), env });
  const answer = readAs<AnyAnswer>(contracts[verb], ended.answer);
  const messages = answer.outputContext.AuditLogs.map(({ Message }) => Message);
  const all = JSON.stringify(ended);
  expect(all).not.toContain(serviceAccount.password);
  return { answer, messages, code: ended.code, all };
}
