/** The name is not free, a value cannot be used, or a list is not as expected. The message names it. */
export class NotPossible extends Error {}
