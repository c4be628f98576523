/**
 * Modes: the contract between hosts and guests, the list of modes, and how guests are kept.
 *
 * - A guest says hello before its module is loaded, within a limit of its own.
 * - Everything that can fail fails before a frame is added to the outbox; whatever a guest says is read under one catch
 *   (`kept_realm.ts`).
 * - A child starts without network access and npm. The host first caches what the child's module needs of these, and
 *   the child loads it from the cache alone.
 * - A child ends with its host, whatever ended the host: a watchdog beside its module checks its parent. It costs about
 *   20 ms, in parallel with loading, and 16 MB.
 * - A busy thread ends only with its process: closing its host then throws a `GuestStuckError`.
 */

export type { GuestEnd, GuestOptions, GuestPermissions, GuestSetup, Mode, Realm, RealmListener } from "./realm.ts";
export { BLOCKS_MODULE, CONTROL } from "./realm.ts";
export { type AnyModeName, MODE_NAMES, type ModeName, MODES, modesOf } from "./modes.ts";
export { following, FRAME_KINDS, type FrameKind, MAX_LENGTH } from "./frame.ts";
export { FrameCursor } from "./frame_cursor.ts";
export { type BytesPart, Outbox } from "./outbox.ts";
export type { GuestCode } from "./guest_code.ts";
export { type BeginFailure, type BeginOptions, type JobListener, KeptRealm } from "./kept_realm.ts";
export { type Keeper, WarmRealms } from "./warm_realms.ts";
export { cacheModule, guestArguments, type Launch, launchChild, type Launcher } from "./launch.ts";
export { checkGuestOptions, checkPermissions } from "./guest_options.ts";
export { processMode } from "./process.ts";
export { spinFor } from "./thread.ts";
