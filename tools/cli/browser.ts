import { spawn } from "node:child_process";

/** The command that opens an address in the browser of a platform. */
export function openerFor(platform: string, address: string): [command: string, args: string[]] {
  if (platform === "darwin") return ["open", [address]];
  // `start` belongs to cmd, for which the & of an address begins another command.
  if (platform === "win32") return ["rundll32", ["url.dll,FileProtocolHandler", address]];
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
