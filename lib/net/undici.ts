// A file of its own so that it can be loaded when it is needed: undici is CommonJS, and a bundled dynamic import of it has no named exports.
export { Agent, request } from "undici";
