/**
 * A module of somebody's own, with a generator.
 *
 * @module
 */

import type { Steps } from "../../lib/memory/mod.ts";

export function* dropped(): Steps<void> {}
