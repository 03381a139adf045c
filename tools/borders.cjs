/** Who may import whom, by folder. Run by `npm run borders`; docs/architecture.md has the table and the reasons. */
const npm = "^node_modules/";
const nodeBuiltIns = { dependencyTypesNot: ["core"] };
/** The words all rooms share. */
const words = [
  "^lib/(fault|step|guid|idTable|seenIds|caseFolding|graphemes|concurrency|nearestName|record|mappedValues|emailAddresses|tally)\\.ts$",
];
const generated = ["^lib/generated/"];
/** The engine of the queue: an installation for a Node that is too old for it has none. */
const optional = ["^(pg-boss|pg|@electric-sql/pglite|prom-client|@opentelemetry/.*)$"];
/** What an action is declared with. */
const declarations = ["^lib/host/\\w+Actions?\\.ts$"];
/** Nouns: a target's folder without its client. */
const nouns = ["^lib/(exchange|graph|activeDirectory)/[^/]+\\.ts$"];

/** The sets of Exchange Online that those of hybrid accounts take over. */
const ownMailboxSets =
  "^permissions/(folderPermission|litigationHold|regionalConfiguration)/\\w+\\.ts$";

const rule = (name, from, allowed, { to = {}, comment } = {}) => ({
  name,
  ...(comment && { comment }),
  severity: "error",
  from: { path: from },
  to: { pathNot: allowed, ...to },
});
const never = (name, from, to, comment) => ({
  name,
  ...(comment && { comment }),
  severity: "error",
  from: typeof from === "string" ? { path: from } : from,
  to,
});

/** Each target knows itself and the shared words; its client also knows the network and signing in. */
const targetRules = ["exchange", "graph", "activeDirectory"].flatMap((target) => [
  rule(`${target} knows no platform and no other target`, `^lib/${target}/[^/]+\\.ts$`, [
    `^lib/${target}/`,
    "^lib/net/polling\\.ts$",
    ...words,
    ...generated,
  ]),
  rule(
    `the wire of ${target} knows no nouns`,
    `^lib/${target}/client/`,
    [`^lib/${target}/client/`, "^lib/(net|auth)/", ...words, npm],
    { to: nodeBuiltIns },
  ),
]);

module.exports = {
  forbidden: [
    rule("an action speaks nouns", "^(lifecycle|permissions|resources)/", [
      ownMailboxSets,
      ...declarations,
      ...nouns,
      "^lib/(accounts|entitlements|leaver|resources)/",
      ...words,
      ...generated,
    ]),
    rule(
      "what actions agree on speaks nouns like them",
      "^lib/(accounts|entitlements|leaver|resources)/",
      [
        "^lib/(accounts|entitlements|leaver|resources)/",
        "^permissions/\\w+/options\\.json$",
        "^lifecycle/leaver\\.json$",
        "^lib/host/schemaContract\\.ts$",
        ...declarations,
        ...nouns,
        ...words,
        ...generated,
      ],
    ),
    rule("the host knows no target", "^lib/host/", ["^lib/host/", ...words, ...generated], {
      to: nodeBuiltIns,
    }),
    ...targetRules,
    rule("the network knows nobody's API", "^lib/net/", ["^lib/net/", ...words, npm], {
      to: nodeBuiltIns,
    }),
    rule("signing in knows no target", "^lib/auth/", ["^lib/(auth|store|net)/", ...words, npm], {
      to: nodeBuiltIns,
    }),
    rule(
      "the agent knows one wire, and no platform",
      "^lib/agent/",
      [
        "^lib/(agent|store|net)/",
        "^lib/activeDirectory/client/",
        "^lib/host/schemaContract\\.ts$",
        ...words,
        ...generated,
        npm,
      ],
      { to: nodeBuiltIns },
    ),
    never("no bundle loads the agent", "^(lifecycle|permissions|resources|lib/(?!agent/))", {
      path: "^lib/agent/",
    }),
    rule(
      "what is kept on the disk knows no one",
      "^lib/store/",
      ["^lib/store/", "^lib/net/", ...words],
      { to: nodeBuiltIns },
    ),
    rule("the shared words know only each other", words[0], [...words, npm], {
      to: nodeBuiltIns,
      comment:
        "Small npm packages come in through a shared word, so that host and nouns import none.",
    }),
    rule("generated code stands alone", "^lib/generated/", [
      ...generated,
      "^lib/host/schemaContract\\.ts$",
    ]),
    rule(
      "the ways in know the host and the connector",
      "^lib/runtime/(?!queue/)",
      ["^lib/(runtime|host)/", "^lib/connector\\.ts$", ...words, ...generated],
      { to: nodeBuiltIns },
    ),
    rule(
      "the queue knows no action and no target",
      "^lib/runtime/queue/",
      ["^lib/(runtime|host|store)/", ...words, ...generated, npm, ...optional],
      { to: nodeBuiltIns },
    ),
    never(
      "no bundle loads the queue",
      "^(lifecycle|permissions|resources|lib/(?!runtime/queue/))",
      { path: "^lib/runtime/queue/" },
    ),
    rule("the connector knows every room and no action", "^lib/connector\\.ts$", ["^lib/"], {
      to: nodeBuiltIns,
    }),
    rule(
      "the emulator never sees the client",
      "^test/emulator/(?!.*\\.test\\.ts$)",
      ["^test/emulator/", "^schemas/", `${npm}msw/`],
      { to: nodeBuiltIns, comment: "One mistake made twice would agree with itself." },
    ),
    never("the emulated sign-in service knows no API", "^test/emulator/entra/(?!.*\\.test\\.ts$)", {
      path: "^test/emulator/(exchange|graph)/",
    }),
    never("the emulator's tests do not see the client either", "^test/emulator/", {
      path: "^(lib|lifecycle|permissions|resources)/",
    }),
    never("nothing that ships knows tools or tests", "^(lib|lifecycle|permissions|resources)/", {
      path: "^(tools|test)/",
    }),
    never("what only tests check is for tests", "^tools/", { path: "^test/generated/" }),
    never(
      "what a verb finds out knows no command line",
      "^tools/(session|plan|undo|reach|doctor|certificate|link|agent|check|mapping|scrub|serve|queue)/",
      { path: "^tools/(cli|build|campaigns)/" },
    ),
    never("a session knows no verb", "^tools/(session|check|mapping)/", {
      path: "^tools/(plan|undo|reach|doctor|certificate|link|agent|serve|queue)/",
    }),
    never(
      "no action knows another",
      "^(lifecycle|permissions|resources)/",
      { path: "^(lifecycle|permissions|resources)/.*\\.ts$", pathNot: ownMailboxSets },
      "The sets about the account's own mailbox are declared once, for accounts of either system.",
    ),
    never("no circles", {}, { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }),
    never(
      "nothing unresolved",
      {},
      {
        couldNotResolve: true,
        pathNot: ["^@microsoft/microsoft-graph-types$", "^\\./chunks/load\\.cjs$", ...optional],
      },
      "That package has nothing but types, and that file is beside the other one when they are built. The engine is optional.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
