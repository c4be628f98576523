/**
 * The exports of a user's module.
 *
 * @module
 */

/** A module's exports. */
export type Exports = Readonly<Record<string, unknown>>;
