/**
 * The entry of the contract's children: the library's, and a note of its end.
 *
 * @module
 */

import "./realm_noted.ts";

export { serveProcess } from "../../lib/host/process_entry.ts";
