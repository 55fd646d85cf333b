// Node's Buffer as a global, which the official SDK takes for granted.
export { Buffer } from "buffer";
