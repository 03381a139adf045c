/**
 * `npm run campaign:agent -- --runs N --seed S`: lives of accounts of Active Directory behind agents of a site, while
 * the link is cut at any moment, agents are killed, and answers are lost, late or doubled; then each event again, when
 * everything is well. The domain is the judge: every change arrives once at most, and never after the event.
 */
import { rules, runLife } from "../../test/campaign/agent/run.ts";
import { playLives } from "./lives.ts";

await playLives({ command: "campaign:agent", rules, runLife, atOnce: 4 });
