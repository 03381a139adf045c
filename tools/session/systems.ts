/** The target systems of the platform that this project has scripts for. */
/** A target system: it has a configuration form, a field mapping and actions. */
export interface System {
  title: string;
  /** The folder of its form, its mapping and its account actions; empty: the root. */
  folder: "" | "lifecycle/entra/";
}

export const exchange: System = { title: "Exchange Online", folder: "" };
export const entra: System = { title: "Entra ID with Exchange Online", folder: "lifecycle/entra/" };
export const systems: readonly System[] = [exchange, entra];

/** The system of an action such as `lifecycle/entra/update`, or of a file, by its path. */
export function systemOf(path: string): System {
  return `/${path.replaceAll("\\", "/")}`.includes(`/${entra.folder}`) ? entra : exchange;
}
