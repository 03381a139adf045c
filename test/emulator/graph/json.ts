/** What a value of Microsoft Graph can be. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Values by property name. */
export type Values = Record<string, Json>;

export const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text as it is, and every other value as an empty one. */
export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

export const textsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
