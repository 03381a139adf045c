import type { Chance } from "./chance.ts";
import { directoryObject, type DirectoryObject, type Kind } from "./fake/model.ts";
import {
  configuration,
  context,
  lacking,
  type Finding,
  type KnownSettings,
  type Scenario,
} from "./scenario.ts";
import { drawState, markers } from "./world.ts";

interface Made {
  action: string;
  kind: Kind;
  prefix: string;
  marker: string;
  by: RegExp;
}

const groups: Made = {
  action: "resources/groups",
  kind: "MailUniversalDistributionGroup",
  prefix: "dg_",
  marker: markers.groups,
  by: /^(New|Set)-DistributionGroup$/,
};
const mailboxes: Made = {
  action: "resources/sharedMailboxes",
  kind: "SharedMailbox",
  prefix: "smb_",
  marker: markers.mailboxes,
  by: /^(New|Set)-Mailbox$/,
};

const source = [
  { ExternalId: "R-1", DisplayName: "Research" },
  { ExternalId: "R-2", DisplayName: "Production" },
  { ExternalId: "R-3", DisplayName: "Warehouse" },
];

/** One that is there already, and one that an earlier run left half made. */
function drawPresent(chance: Chance, made: Made): DirectoryObject[] {
  const object = (index: number, custom: Record<string, string>): DirectoryObject => {
    const name = `${made.prefix}${source[index]?.DisplayName ?? ""}`;
    return directoryObject(`feed0000-0000-4000-8000-00000000000${index}`, made.kind, name, {
      alias: name.toLowerCase(),
      smtp: `${name.toLowerCase()}@contoso.com`,
      custom,
    });
  };
  return [
    ...(chance.is(0.4)
      ? [object(1, { CustomAttribute1: "R-2", CustomAttribute2: made.marker })]
      : []),
    ...(chance.is(0.3) ? [object(2, {})] : []),
  ];
}

/** Everyone and everything else of the tenant has an id of this form. */
function isResource(guid: string): boolean {
  return !guid.startsWith("5eed");
}

function making(made: Made): (chance: Chance, known: KnownSettings) => Scenario {
  return (chance, known) => {
    const items = source.slice(0, 1 + chance.below(source.length));
    const state = drawState(chance, { holds: "either", mayHaveLeft: false });
    state.objects.push(...drawPresent(chance, made));
    const resources = (objects: Finding["after"]): DirectoryObject[] =>
      [...objects.values()].filter(({ guid }) => isResource(guid));
    return {
      action: made.action,
      state,
      event: {
        actionContext: context(
          configuration(chance, known, {
            ResourceDomain: "contoso.com",
            ResourceOwner: "olga.owner@contoso.com",
          }),
        ),
        resourceContext: { SourceData: items },
      },
      mayChange: isResource,
      shortfalls: (after) =>
        items
          .filter(
            ({ ExternalId }) =>
              !resources(after).some(
                ({ custom }) =>
                  custom["CustomAttribute1"] === ExternalId &&
                  custom["CustomAttribute2"] === made.marker,
              ),
          )
          .map(({ DisplayName }) => {
            const half = resources(after).find(({ name }) => name.endsWith(`_${DisplayName}`));
            return lacking(`${DisplayName} is not made`, made.by, half?.guid);
          }),
      faults: ({ after }) => doubled(resources(after)),
    };
  };
}

/** I7: no second object for one item, with its key or without. */
function doubled(objects: readonly DirectoryObject[]): string[] {
  const seen = new Set<string>();
  return objects.flatMap(({ displayName, custom }) => {
    const twice = [displayName, custom["CustomAttribute1"] ?? ""].filter(
      (name) => name !== "" && seen.size === seen.add(name).size,
    );
    return twice.map((name) => `I7 ${name} is made twice`);
  });
}

export const makeGroups = making(groups);
export const makeMailboxes = making(mailboxes);
