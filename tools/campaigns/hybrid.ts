/**
 * `npm run campaign:hybrid -- --runs N --seed S`: lives of accounts of Active Directory, with their groups and their
 * mailboxes in Exchange Online, in process, while one or two things go wrong on the way to the controller or to the
 * cloud, or the process is killed; then each event again, when both are well. The state of both is the judge.
 */
import { rules } from "../../test/campaign/hybrid/judge.ts";
import { runLife } from "../../test/campaign/hybrid/run.ts";
import { playLives } from "./lives.ts";

await playLives({ command: "campaign:hybrid", rules, runLife });
