/** What a planted fault is, for the files that list them. */
export interface PlantedFault {
  /** Path from the root of the project. */
  file: string;
  /** Occurs exactly once in the file. */
  find: string;
  replace: string;
  /** What would go wrong in a tenant. */
  why: string;
  /** Test files to run, in addition to the one of the same name. */
  tests?: readonly string[];
  /** Why nothing can notice it, when that is so. */
  equivalent?: string;
}

/** The faults of one file. */
export interface Faults {
  file: string;
  tests?: readonly string[];
  faults: readonly Omit<PlantedFault, "file">[];
}
