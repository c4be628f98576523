/**
 * The layers that programs import, by name: some of their exports have other names than in the root's `mod.ts`.
 *
 * - In a browser a layer is a file such as `layers/host.js`, which re-exports names from the library's one file.
 */

export * as blocks from "../../lib/blocks/mod.ts";
export * as diagram from "../../lib/diagram/mod.ts";
export * as errors from "../../lib/errors.ts";
export * as host from "../../lib/host/mod.ts";
export * as logging from "../../lib/logging/mod.ts";
export * as mailbox from "../../lib/mailbox/mod.ts";
export * as memory from "../../lib/memory/mod.ts";
export * as platform from "../../lib/platform/mod.ts";
export * as pool from "../../lib/pool/mod.ts";
export * as program from "../../lib/program/mod.ts";
export * as random from "../../lib/random/mod.ts";
export * as simulator from "../../lib/simulator/mod.ts";
export * as sync from "../../lib/sync/mod.ts";
