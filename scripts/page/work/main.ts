/**
 * A worker of the page: it answers the app's requests with the handler of their kind.
 *
 * - The library is one file next to it, `holdfast.browser.js`; guests are workers of this worker.
 * - An error of a handler is sent to the app, and does not affect other requests.
 */

import type { Handler, Kind, RequestScope } from "./handler.ts";
import { failureOf } from "./failure.ts";
import type { Ask, FromWork, Kinds, ToWork } from "./kinds.ts";
import { Updates } from "./updates.ts";

/** The handlers, each loaded when it is first needed. */
const handlers: { readonly [K in keyof Kinds]: () => Promise<Handler<Kinds[K]>> } = {
  inspect: async () => (await import("./inspect.ts")).inspect,
  run: async () => (await import("./run.ts")).run,
  explore: async () => (await import("./explore.ts")).explore,
  replay: async () => (await import("./replay.ts")).replay,
  scenario: async () => (await import("./scenario.ts")).scenario,
  simulate: async () => (await import("./simulate.ts")).simulate,
};

const app = globalThis as unknown as {
  onmessage: (event: { readonly data: ToWork }) => void;
  postMessage(message: FromWork): void;
};
const tell: (message: FromWork) => void = app.postMessage.bind(app);

const running = new Map<number, AbortController>();

app.onmessage = ({ data }) => {
  if ("abort" in data) running.get(data.abort)?.abort();
  else if ("ping" in data) tell({ pong: true });
  else void answer(data);
};

async function answer({ id, kind, request, own }: Ask): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const updates = new Updates((some) => tell({ id, updates: some }));
  const scope: RequestScope<Kind> = { update: (update) => updates.add(update), signal: controller.signal };
  try {
    if (own !== undefined) {
      // The user's code must not answer in place of the page's own code.
      Reflect.deleteProperty(app, "postMessage");
      const { adopt } = await import("./own.ts");
      // From here on the app measures how long the worker is silent: the user's code may keep it from answering.
      tell({ pong: true });
      await adopt(own);
    }
    const handler = await handlers[kind]() as Handler<Kind>;
    const value = await handler(request, scope);
    updates.flush();
    tell({ id, answer: value });
  } catch (error) {
    updates.flush();
    tell({ id, failure: failureOf(error) });
  } finally {
    running.delete(id);
  }
}
