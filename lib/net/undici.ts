/**
 * The two parts of undici that are used. The entry of the package also loads fetch, WebSocket, caches and mocks, and a
 * bundled dynamic import of a package is never tree-shaken: that was half of the code that a bundle loaded.
 */
export { default as Agent } from "undici/lib/dispatcher/agent.js";
export { default as request } from "undici/lib/api/api-request.js";
