/**
 * A worker that does what it is told, once.
 *
 * @module
 */

interface Scope {
  onmessage: ((event: MessageEvent) => unknown) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const scope = self as unknown as Scope;
const { locks } = navigator as unknown as {
  readonly locks: { request(name: string, act: () => Promise<void>): Promise<void> };
};
// Fresh in each run.
let told = 0;

scope.onmessage = async ({ data }) => {
  if (++told > 1) throw new Error("the module is not fresh");
  switch (data.does) {
    case "upper":
      await new Promise((resolve) => setTimeout(resolve, 5));
      return scope.postMessage(data.text.toUpperCase());
    case "sum":
      return scope.postMessage(data.bytes.reduce((sum: number, byte: number) => sum + byte, 0));
    case "close":
      scope.postMessage("closes");
      scope.close();
      setTimeout(() => scope.postMessage("never"), 1);
      return;
    case "block":
      return Atomics.wait(new Int32Array(4), 0, 0);
    case "hold":
      return await locks.request("shared", async () => {
        scope.postMessage("holds");
        await new Promise((resolve) => setTimeout(resolve, data.for));
        scope.postMessage("gives back");
      });
    case "answer": {
      const channel = new BroadcastChannel("all");
      channel.onmessage = ({ data }) => channel.postMessage(new Map([[data, data instanceof Array]]));
      return scope.postMessage("listens");
    }
    case "reject":
      throw new RangeError("in a promise");
    case "fail":
      setTimeout(() => {
        throw new RangeError("in a worker");
      }, 1);
  }
};
