/** Who and what the tests of rights on shared mailboxes are about. */
import type { Fault } from "../emulator/faults.ts";
import { guidOf, shown } from "../bench.ts";

export const aoife = guidOf("Aoife O'Brien");
export const aoifeShown = shown("Aoife O'Brien", "aoife.obrien@contoso.com");
export const info = guidOf("Info");
export const infoShown = shown("Info", "info@contoso.com");
export const on = (name: string, right?: string): Record<string, string> => ({
  Id: guidOf(name),
  ...(right === undefined ? {} : { Permission: right }),
});
export const nothing = { more: [], less: [] };
export const failing = (cmdlet: string): Fault => ({
  match: { cmdlet },
  answer: {
    status: 400,
    body: {
      error: {
        code: "BadRequest",
        message: "x",
        details: [
          {
            message:
              "|Microsoft.Exchange.Data.DataValidationException|The value isn't good enough.",
          },
        ],
      },
    },
  },
});

/** What was said on stderr at a level. */
export function talked(stderr: string, level: string): string[] {
  const lines = stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { level: string; message: string });
  return lines.filter((line) => line.level === level).map(({ message }) => message);
}
