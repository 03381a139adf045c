import type { EChartsOption } from "echarts";

/** One part of the benchmark. */
export interface Part {
  title: string;
  /** Measures. Reports what it is doing in lines. */
  measure(effort: Effort, log: (line: string) => void): Promise<Findings>;
}

/** How thoroughly is measured: `quick` shows in a minute that a part works, and its figures mean little. */
export type Effort = "full" | "quick";

/** What a part found. */
export interface Findings {
  /** What was measured, and how to read it: paragraphs. */
  about: string[];
  tables: Table[];
  limits: Limit[];
  pictures: Picture[];
}

export interface Table {
  title: string;
  columns: string[];
  rows: (string | number)[][];
}

/** A figure that has to hold. It is compared unrounded. */
export interface Limit {
  what: string;
  figure: number;
  atMost?: number;
  atLeast?: number;
}

export interface Picture {
  /** Its name, without the extension. */
  name: string;
  /** What a reader who does not see it should know. */
  alt: string;
  option: EChartsOption;
}

/** Whether a limit holds. What was not measured holds nothing. */
export function holds({ figure, atMost = Infinity, atLeast = -Infinity }: Limit): boolean {
  return figure <= atMost && figure >= atLeast;
}
