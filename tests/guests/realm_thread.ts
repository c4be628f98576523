/**
 * The entry of the contract's threads: the library's, and a note of its end.
 *
 * @module
 */

import "./realm_noted.ts";
import "../../lib/host/thread_entry.ts";
