/**
 * `npm run campaign:entra -- --runs N --seed S`: lives of accounts of Entra ID with their mailboxes (create, update,
 * enable, disable, delete, create again), in process and in virtual time, while one or two things go wrong or the
 * process is killed; then each event again, on a tenant that is well. The tenant's state is the judge.
 */
import { rules } from "../../test/campaign/entra/judge.ts";
import { runLife } from "../../test/campaign/entra/run.ts";
import { playLives } from "./lives.ts";

await playLives({ command: "campaign:entra", rules, runLife });
