/**
 * Notes the end of this realm's guest, and the ring that it writes to, as soon as something is said.
 *
 * @module
 */

import { BytePipe } from "../../lib/memory/mod.ts";
import { ProcessEnd, ThreadEnd } from "../../lib/mode/guest.ts";
import { noteEnd, noteReplies } from "./realm_mouth.ts";

for (const { prototype } of [ProcessEnd, ThreadEnd]) {
  const { send } = prototype;
  prototype.send = function (this: ProcessEnd & ThreadEnd, ...frame) {
    noteEnd(this);
    send.apply(this, frame);
  };
}
const { write } = BytePipe.prototype;
BytePipe.prototype.write = function (this: BytePipe, ...bytes) {
  noteReplies(this);
  return write.apply(this, bytes);
};
