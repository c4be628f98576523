import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../../lib/errors.ts";
import { taskDoneFrom, taskProgressFrom } from "../../../lib/host/program/task_message.ts";

const notes = { waits: [{ name: "guard.acquire", started: 1, finished: 2 }], holds: [], uses: [] };
const told = {
  taskDoneFrom: [taskDoneFrom, { ...notes, bytes: new Uint8Array(1), started: 1, finished: 3 }],
  taskProgressFrom: [taskProgressFrom, { ...notes, started: 1, waiting: "sleep", since: 3 }],
} as const;

for (const [name, [from, whole]] of Object.entries(told)) {
  Deno.test(`${name}() takes what is whole, and nothing that lacks a part or has one of another kind`, () => {
    assertEquals<unknown>(from({ ...whole, more: 1 }), whole);
    for (const part of Object.keys(whole)) {
      for (const other of [undefined, {}, [undefined]]) {
        assertThrows(() => from({ ...whole, [part]: other }), ProtocolError, "is wanted");
      }
    }
    for (const none of [undefined, null, 7]) assertThrows(() => from(none), ProtocolError, "a record is wanted");
  });
}
