/** The part of msal-node that is used: a bundled dynamic import of a package is never tree-shaken. */
export { ConfidentialClientApplication } from "@azure/msal-node";
