import { Option, type Command } from "commander";
import { nearestName } from "../../../lib/nearestName.ts";
import { examine } from "../../doctor/checks.ts";
import type { Finding, Status } from "../../doctor/finding.ts";
import { signIn } from "../../doctor/signIn.ts";
import { graphSignIn } from "../../doctor/graphAccess.ts";
import licences from "../../../permissions/licences/options.json" with { type: "json" };
import {
  graphSetsInUse,
  directorySetsOf,
  graphSetsOf,
  setsOf,
  type ActionSet,
  type DirectorySet,
  type GraphSet,
} from "../../doctor/sets.ts";
import { listActions, loadAction } from "../../session/actions.ts";
import { withExamples } from "../examples.ts";
import { openTenant, type TenantChoice } from "../../session/tenant.ts";
import { addTenantOptions } from "../tenantOptions.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";

interface DoctorOptions extends TenantChoice {
  set?: string[];
  json?: true;
}

/** `doctor`: whether everything suffices before going live. */
export function addDoctor(program: Command, terminal: Terminal): void {
  const doctor = program
    .command("doctor")
    .description(
      "Check this machine, the configuration, the sign-in and the roles of a tenant. Reads only.",
    )
    .addOption(
      new Option(
        "--set <names...>",
        "the sets in use; those of Microsoft Graph, such as entra, and of Active Directory (hybrid) only if named",
      ).default(undefined, "all of Exchange Online, and licences if its options name one"),
    )
    .option("--json", "one JSON document");
  addTenantOptions(doctor);
  withExamples(doctor, [
    "doctor --config tenant.json",
    "doctor --config tenant.json --set entra entraGroups",
  ]);
  doctor.action(async (options: DoctorOptions) => {
    const { sets, graphSets, directorySets } = await setsNamed(options.set);
    const tenant = await openTenant(options);
    const findings: Finding[] = [];
    if (!options.json) terminal.line(terminal.styled("bold", `doctor, ${tenant.name}`));
    for await (const finding of examine({
      isEmulated: options.config === undefined,
      form: tenant.configuration,
      env: { ...terminal.env, ...tenant.link.env },
      nodeVersion: process.version,
      seams: tenant.link.seams,
      sets,
      graphSets,
      directorySets,
    })) {
      findings.push(finding);
      if (!options.json) show(finding, terminal);
    }
    terminal.exitCode = findings.some(isInTheWay) ? 1 : 0;
    terminal.line(options.json ? JSON.stringify({ findings }) : summaryOf(findings));
    if ((options.config ?? options.emulator ?? options.seed) === undefined)
      terminal.note("This is the emulator's example tenant. --config <file> examines a real one.");
  });
}

/** Without a sign-in nothing behind it was examined: that must not pass for "nothing is wrong". */
function isInTheWay({ check, status }: Finding): boolean {
  const isSignIn = [signIn.name, graphSignIn.name].includes(check);
  return status === "wrong" || (isSignIn && status === "unknown");
}

interface NamedSets {
  sets: ActionSet[];
  graphSets: GraphSet[];
  directorySets: DirectorySet[];
}

async function setsNamed(names: readonly string[] | undefined): Promise<NamedSets> {
  const actions = await Promise.all(
    listActions().map(async (name) => [name, await loadAction(name)] as const),
  );
  const declared = new Map(actions);
  const all = {
    sets: setsOf(declared),
    graphSets: graphSetsOf(declared),
    directorySets: directorySetsOf(declared),
  };
  if (names === undefined)
    return {
      sets: all.sets,
      graphSets: graphSetsInUse(all.graphSets, licences.options),
      directorySets: [],
    };
  const known = Object.values(all)
    .flat()
    .map(({ name }) => name);
  const wanted = names.map((name) => {
    const found = known.find((one) => one.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    const nearest = nearestName(name, known);
    const hint =
      nearest === undefined ? `Sets: ${known.join(", ")}.` : `The nearest is ${nearest}.`;
    throw new UsageError(`--set ${name}: there is no such set. ${hint}`);
  });
  const among = <Set extends { name: string }>(sets: readonly Set[]): Set[] =>
    wanted.flatMap((name) => sets.filter((set) => set.name === name));
  return {
    sets: among(all.sets),
    graphSets: among(all.graphSets),
    directorySets: among(all.directorySets),
  };
}

const marks: Readonly<Record<Status, { mark: string; style: "green" | "red" | "yellow" | "dim" }>> =
  {
    fine: { mark: "ok   ", style: "green" },
    wrong: { mark: "WRONG", style: "red" },
    warning: { mark: "warn ", style: "yellow" },
    unknown: { mark: "?    ", style: "dim" },
  };

function show({ check, status, message, mend }: Finding, terminal: Terminal): void {
  const { mark, style } = marks[status];
  terminal.line(`${terminal.styled(style, mark)}  ${check}: ${message}`);
  if (mend !== undefined) terminal.line(`       -> ${mend}`);
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (wanted: Status): number =>
    findings.filter(({ status }) => status === wanted).length;
  const warnings = count("warning");
  return [
    `${count("fine")} ok`,
    `${count("wrong")} wrong`,
    `${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
    `${count("unknown")} unknown`,
  ].join(", ");
}
