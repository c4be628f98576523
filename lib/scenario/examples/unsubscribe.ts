/**
 * A listener misses an event: one before it leaves while the event is told, and the list closes up.
 *
 * - It happens only where the event comes before the listener's own request has been answered.
 * - `fixed` tells those who listened when the event came.
 */

import type { World } from "../world.ts";

type Listener = () => void;

/** Tells listeners. */
class Events {
  protected listeners: Listener[] = [];

  subscribe(listener: Listener): () => void {
    this.listeners.push(listener);
    return () => {
      const place = this.listeners.indexOf(listener);
      if (place >= 0) this.listeners.splice(place, 1);
    };
  }

  tell(): void {
    for (let place = 0; place < this.listeners.length; place++) this.listeners[place]?.();
  }
}

/** Tells those who listened at the beginning. */
class SafeEvents extends Events {
  override tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

/** One listens once, another always. */
export default async function unsubscribe(world: World): Promise<void> {
  await twoListen(world, new Events());
}

/** The same, where those are told who listened. */
export async function fixed(world: World): Promise<void> {
  await twoListen(world, new SafeEvents());
}

async function twoListen({ io, expect }: World, events: Events): Promise<void> {
  let heard = 0;
  const leave = events.subscribe(() => leave());
  events.subscribe(() => {
    heard++;
  });
  await Promise.all([io("the first one leaves").then(leave), io("an event").then(() => events.tell())]);
  expect(heard === 1, "the second listener hears the event");
}
