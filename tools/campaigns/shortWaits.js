/**
 * Loaded before a bundle (`node --import`): every wait between two requests is TIMES_SHORTER times shorter.
 * The bundle's deadline is not, and neither is anything that it sends or reports.
 */
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";

const { setTimeout } = timers;
const times = Number(process.env.TIMES_SHORTER);
timers.setTimeout = (ms, value, options) => setTimeout(ms / times, value, options);
syncBuiltinESMExports();
