/** JSON Web Signature and Encryption. Loaded when it is first used. */
export const jose = (): Promise<typeof import("jose")> => import("jose");
