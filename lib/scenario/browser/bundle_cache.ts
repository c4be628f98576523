/**
 * No bundle is kept in a browser: nobody there knows whether what it was made of is as it was. A bundle for browsers has this in
 * the place of `../bundle_cache.ts`.
 */

import type { CacheKey } from "../bundle_cache.ts";

/** Nothing was made before. */
export function keptBundle(_key: CacheKey): undefined {}

/** Keeps nothing. */
export function keepBundle(): void {}
