/**
 * A host whose guest dies while it waits for a lock that nobody gives back, and that has nothing more to do.
 *
 * @module
 */

import { Host, Packer, ServiceShare } from "../../lib/host/mod.ts";
import { things } from "./service_work.ts";

const host = new Host();
const share = new ServiceShare(things(), { tasks: 1 });
await share.promised.guard.acquire();
const ended = Promise.withResolvers<void>();
const link = await host.serve({
  name: "guest",
  module: import.meta.resolve("./service_work.ts"),
  initializer: undefined,
  shared: { share, call: { export: "things" }, task: 0 },
  limit: Infinity,
}, { mode: "process", listener: { answered() {}, settled() {}, reported() {}, ended: () => ended.resolve() } });
const packed = new Packer().pack(undefined, { transfer: [], moves: false });
link.call({ at: link.exports.indexOf("waitForLock"), chunk: false, stream: false, packed });
link.flush();
await share.promised.waiting.wait();
link.end("SIGKILL");
await ended.promise;
await share.ended(0, { name: "Error", message: "killed", stack: "" });
await host.close();
console.log("the guest is gone");
