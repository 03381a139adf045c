import { ask } from "./control.js";
import { refreshDirectory, startDirectory } from "./directory.js";
import { byId, shown } from "./elements.js";
import { clearRequests, refreshRequests } from "./requests.js";
import { refreshSteering, startSteering } from "./steering.js";

const pollMs = 1000;

await shown(async () => {
  startDirectory();
  await startSteering(async () => {
    clearRequests();
    await refreshAll();
  });
  await refreshRequests();
  await refreshAll();
});
poll();

/** Everything follows from requests, so only they are polled; and nothing while no one looks. */
function poll() {
  setTimeout(() => {
    void shown(async () => {
      if (!document.hidden && (await refreshRequests())) await refreshAll();
    }).finally(poll);
  }, pollMs);
}

async function refreshAll() {
  await refreshTenant();
  await refreshDirectory();
  await refreshSteering();
}

async function refreshTenant() {
  /** @type {import("../state.ts").Tenant & { counts: Record<string, number> }} */
  const { displayName, domains, counts } = await ask("tenant");
  document.title = displayName;
  byId("tenant").textContent = displayName;
  const parts = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  byId("domains").textContent = `${domains.join(", ")}: ${parts.join(", ")}`;
}
