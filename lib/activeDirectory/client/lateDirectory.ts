import type { Directory } from "./directory.ts";

/** A directory whose code is loaded with its first use: most events have no use for it. */
export function lateDirectory(account: () => string, open: () => Promise<Directory>): Directory {
  let opened: Promise<Directory> | undefined;
  const directory = (): Promise<Directory> => (opened ??= open());
  return {
    get account() {
      return account();
    },
    get: async (look) => (await directory()).get(look),
    async *pages(search) {
      yield* (await directory()).pages(search);
    },
    list: async (search) => (await directory()).list(search),
    invoke: async (operation, parameters) => (await directory()).invoke(operation, parameters),
    close: () => void opened?.then((one) => one.close()).catch(() => undefined),
  };
}
