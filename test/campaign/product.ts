import { build, type Plugin } from "esbuild";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import type { ExchangeTarget } from "../../lib/exchange/target.ts";
import { catalogue } from "./catalogue.ts";

/** The product under test: the source of the actions in one module, so that no run waits for a file. */
export interface Product {
  run: typeof import("../../lib/host/run.ts").run;
  connectorWith: typeof import("../../lib/connector.ts").connectorWith;
  sharedConnector: typeof import("../../lib/connector.ts").sharedConnector;
  openService: typeof import("../../lib/runtime/serve/service.ts").openService;
  Fault: typeof import("../../lib/fault.ts").Fault;
  actions: Readonly<Record<string, Action<AnyEvent, ExchangeTarget>>>;
}

/** A change of the source that makes a fault: a text that stands in a file once becomes another. */
export interface PlantedFault {
  name: string;
  file: string;
  literal: string;
  instead: string;
}

const root = path.resolve(import.meta.dirname, "../..");

/** Builds the product, perhaps with a fault in it, and loads it. */
export async function loadProduct(planted?: PlantedFault): Promise<Product> {
  const folder = mkdtempSync(path.join(tmpdir(), "exchange-online-connector-campaign-"));
  const outfile = path.join(folder, "product.mjs");
  try {
    await build({
      absWorkingDir: root,
      stdin: { contents: entry(), resolveDir: root, loader: "ts" },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      keepNames: true,
      logLevel: "warning",
      banner: {
        js:
          'import { createRequire as __createRequire } from "node:module"; const require = ' +
          "__createRequire(import.meta.url);",
      },
      plugins: planted ? [planting(planted)] : [],
    });
    return (await import(pathToFileURL(outfile).href)) as Product;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function entry(): string {
  const names = catalogue.map(([name]) => name);
  return [
    'export { run } from "./lib/host/run.ts";',
    'export { connectorWith, sharedConnector } from "./lib/connector.ts";',
    'export { openService } from "./lib/runtime/serve/service.ts";',
    'export { Fault } from "./lib/fault.ts";',
    ...names.map((name, index) => `import action${index} from "./${name}.ts";`),
    `export const actions = { ${names.map((name, index) => `"${name}": action${index}`).join(", ")} };`,
  ].join("\n");
}

function planting({ name, file, literal, instead }: PlantedFault): Plugin {
  return {
    name: "planting",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
        if (loaded !== path.join(root, file)) return undefined;
        const [before = "", after, ...more] = readFileSync(loaded, "utf8").split(literal);
        if (after === undefined || more.length > 0)
          throw new Error(`"${name}" cannot be planted: its text is not in ${file} just once.`);
        return { contents: `${before}${instead}${after}`, loader: "ts" };
      });
    },
  };
}
