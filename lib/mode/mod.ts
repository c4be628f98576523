/**
 * Where guests run: the seam, the list of modes, and how guests are kept.
 *
 * @module
 */

export {
  BLOCKS,
  CONTROL,
  type GuestEnd,
  type GuestOptions,
  type GuestPermissions,
  type GuestSetup,
  type Mode,
  type Realm,
  type RealmListener,
} from "./realm.ts";
export { type AnyModeName, MODE_NAMES, type ModeName, MODES, modesOf } from "./modes.ts";
export { following, FRAME_KINDS, type FrameKind, MAX_LENGTH } from "./frame.ts";
export { FrameCursor } from "./frame_cursor.ts";
export { type BytesPart, Outbox } from "./outbox.ts";
export type { GuestCode } from "./guest_code.ts";
export { type BeginFailure, type JobListener, KeptRealm } from "./kept_realm.ts";
export { WarmRealms } from "./warm_realms.ts";
export { type External, guestArguments, type Launch, permissionFlags } from "./launch.ts";
export { processMode } from "./process.ts";
export { spinFor } from "./thread.ts";
