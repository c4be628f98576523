/**
 * Which Holdfast this is: hosts and agents are of one version, because guests speak the protocol of their host.
 */

/** The version, as deno.json has it. */
export const VERSION = "0.1.0";
