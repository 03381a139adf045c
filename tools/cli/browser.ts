import { spawn } from "node:child_process";

/** The command that opens an address in the browser of a platform. */
export function openerFor(platform: string, address: string): [command: string, args: string[]] {
  if (platform === "darwin") return ["open", [address]];
  // `start` belongs to cmd; its first argument in quotes would be the title of a window.
  if (platform === "win32") return ["cmd", ["/c", "start", "", address]];
  return ["xdg-open", [address]];
}

/** Opens an address in the browser; the result is whether that worked. */
export async function openInBrowser(
  address: string,
  [command, args] = openerFor(process.platform, address),
): Promise<boolean> {
  const child = spawn(command, args, { stdio: "ignore" });
  child.unref();
  return await new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
