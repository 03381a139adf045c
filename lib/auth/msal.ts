/**
 * The one part of msal-node that is used: named here, because a bundled dynamic import of a package
 * is never tree-shaken.
 */
export { ConfidentialClientApplication } from "@azure/msal-node";
