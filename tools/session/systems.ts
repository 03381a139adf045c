/** A target system: it has a configuration form, a field mapping and actions. */
export interface System {
  title: string;
  /** The folder of its form, its mapping and its account actions; empty: the root. */
  folder: "" | "lifecycle/entra/";
  /** The folders of its sets of permissions and its resources; empty: all others. */
  sets: readonly string[];
}

export const exchange: System = { title: "Exchange Online", folder: "", sets: [] };
export const entra: System = {
  title: "Entra ID with Exchange Online",
  folder: "lifecycle/entra/",
  sets: [
    "permissions/authenticationMethods/",
    "permissions/entraGroups/",
    "permissions/licences/",
    "permissions/microsoft365Groups/",
    "resources/entraGroups",
    "resources/microsoft365Groups",
  ],
};
export const systems: readonly System[] = [exchange, entra];

/** The system of an action such as `lifecycle/entra/update`, or of a file, by its path. */
export function systemOf(path: string): System {
  const whole = `/${path.replaceAll("\\", "/")}`;
  return [entra.folder, ...entra.sets].some((folder) => whole.includes(`/${folder}`))
    ? entra
    : exchange;
}
