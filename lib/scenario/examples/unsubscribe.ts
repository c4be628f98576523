/**
 * A listener misses an event: an earlier listener unsubscribes during the event, and the list moves up.
 *
 * - It happens only if the event comes before the first listener has left on its own.
 * - `fixed` notifies those who listened when the event came.
 */

import type { World } from "../world.ts";

type Listener = () => void;

/** Notifies listeners. */
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

/** Notifies those who listened at the beginning. */
class SafeEvents extends Events {
  override tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

/** One listens once, another always. */
export default async function unsubscribe(world: World): Promise<void> {
  await twoListen(world, new Events());
}

/** The same, with a copy of the list. */
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
