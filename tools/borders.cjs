/** Who may import whom. Run by `npm run borders`. */
const npm = "^node_modules/";
module.exports = {
  forbidden: [
    {
      name: "an action speaks nouns",
      comment:
        "An action imports the declaration of its verb, nouns of Exchange, the fault and generated types; never another action, the host's inside, the connection, node or npm.",
      severity: "error",
      from: { path: "^(lifecycle|permissions|resources)/" },
      to: {
        pathNot: [
          "^lib/host/(account|permission|subPermission|resource)Actions\\.ts$",
          "^lib/fault\\.ts$",
          "^lib/generated/",
          "^lib/exchange/",
          "^lib/sets/",
        ],
      },
    },
    {
      name: "a set of permissions speaks nouns like its actions",
      severity: "error",
      from: { path: "^lib/sets/" },
      to: {
        pathNot: [
          "^lib/sets/",
          "^permissions/\\w+/options\\.json$",
          "^lib/host/contract\\.ts$",
          "^lib/host/(permission|subPermission|resource)Actions\\.ts$",
          "^lib/fault\\.ts$",
          "^lib/generated/",
          "^lib/exchange/",
        ],
      },
    },
    {
      name: "an action never sees the connection",
      severity: "error",
      from: { path: "^(lifecycle|permissions|resources|lib/sets)/" },
      to: {
        path: "^lib/exchange/(exchange|eventually|endpoint|batch|slots|transport|token|signIn|certificate|pkcs12|command|retry|replies|encoding|wording|clouds|filter)\\.ts$",
      },
    },
    {
      name: "the host knows no Exchange",
      severity: "error",
      from: { path: "^lib/host/" },
      to: {
        pathNot: ["^lib/host/", "^lib/fault\\.ts$", "^lib/generated/"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "Exchange knows no platform",
      severity: "error",
      from: { path: "^lib/exchange/" },
      to: {
        pathNot: [
          "^lib/exchange/",
          "^lib/fault\\.ts$",
          "^lib/generated/",
          `${npm}(undici|@azure/msal-node|node-forge|@types/node-forge)/`,
        ],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "generated code stands alone",
      severity: "error",
      from: { path: "^lib/generated/" },
      to: { pathNot: ["^lib/generated/", "^lib/host/contract\\.ts$"] },
    },
    {
      name: "the fault knows nobody",
      severity: "error",
      from: { path: "^lib/fault\\.ts$" },
      to: { path: "." },
    },
    {
      name: "the connector knows both rooms and no action",
      severity: "error",
      from: { path: "^lib/connector\\.ts$" },
      to: { pathNot: ["^lib/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "the emulator never sees the client",
      comment: "One mistake made twice would agree with itself.",
      severity: "error",
      from: { path: "^test/emulator/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["^test/emulator/", "^schemas/", `${npm}msw/`], dependencyTypesNot: ["core"] },
    },
    {
      name: "the emulator's tests do not see the client either",
      severity: "error",
      from: { path: "^test/emulator/" },
      to: { path: "^(lib|lifecycle|permissions|resources)/" },
    },
    {
      name: "nothing that ships knows tools or tests",
      severity: "error",
      from: { path: "^(lib|lifecycle|permissions|resources)/" },
      to: { path: "^(tools|test)/" },
    },
    {
      name: "no circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "nothing unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
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
