/**
 * The version of Holdfast. Hosts and agents must have the same version, because guests speak the protocol of their
 * host.
 */

/** The version, as deno.json has it. */
export const VERSION = "0.1.0";
