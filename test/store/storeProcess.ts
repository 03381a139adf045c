/** A process of its own that changes a sealed store, for the long test. Prints each change that was written. */
import { sealedStore } from "../../lib/store/sealedStore.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";

const [folder = "", id = "", count = "1"] = process.argv.slice(2);
const store = sealedStore({
  folder,
  name: "link-1",
  binding: "b",
  holder: { material: "secret", label: "client secret" },
  owner: thisAccount(),
});
for (let number = 1; number <= Number(count); number++) {
  const name = `${id}.${number}`;
  await store.update((current) => {
    const names = Array.isArray(current) ? current.map(String) : [];
    return names.includes(name) ? undefined : [...names, name];
  });
  process.stdout.write(`${name}\n`);
}
