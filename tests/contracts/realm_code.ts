/**
 * The code of the contract's guests: the library's, with functions that can send anything, and that of a silent guest.
 *
 * @module
 */

import { guestCode } from "../../lib/host/guest_code.ts";
import type { GuestCode } from "../../lib/mode/mod.ts";
import { noteEnd } from "../guests/realm_mouth.ts";

/** The module of the functions. */
export const WORK = import.meta.resolve("../guests/realm_work.ts");

/** The library's code, which also lets functions access the guest's end. */
export const notedCode: GuestCode = {
  ...guestCode,
  threadUrl: () => import.meta.resolve("../guests/realm_thread.ts"),
  processSource: () =>
    `const { serveProcess } = await import(${JSON.stringify(import.meta.resolve("../guests/realm_process.ts"))});`,
  serve(end, module) {
    noteEnd(end);
    return guestCode.serve(end, module);
  },
};

/** The code of a guest that never sends anything, and does not end by itself. */
export const silentCode: GuestCode = {
  ...guestCode,
  threadUrl: () => import.meta.resolve("../guests/realm_silent.ts"),
  processSource: () => `const serveProcess = () => new Promise(() => setInterval(() => {}, 1000));`,
  serve: () => new Promise(() => {}),
};
