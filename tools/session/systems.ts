/** A target system: it has a configuration form, a field mapping and actions. */
export interface System {
  title: string;
  /** The folder of its form, its mapping and its account actions; empty: the root. */
  folder: "" | "lifecycle/entra/" | "lifecycle/hybrid/";
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
export const hybrid: System = {
  title: "Active Directory with Exchange Online",
  folder: "lifecycle/hybrid/",
  sets: [
    "permissions/activeDirectoryGroups/",
    "permissions/hybridGroups/",
    "permissions/hybridSharedMailboxes/",
    "permissions/hybridFolderPermission/",
    "permissions/hybridLitigationHold/",
    "permissions/hybridRegionalConfiguration/",
  ],
};
export const systems: readonly System[] = [exchange, entra, hybrid];

/** The system of an action such as `lifecycle/entra/update`, or of a file, by its path. */
export function systemOf(path: string): System {
  const whole = `/${path.replaceAll("\\", "/")}`;
  const own = [entra, hybrid].find(({ folder, sets }) =>
    [folder, ...sets].some((start) => whole.includes(`/${start}`)),
  );
  return own ?? exchange;
}
