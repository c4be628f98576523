/**
 * A request that is refused twice: another one, which was refused before the token was refreshed, refreshes it once more,
 * and that ends the first new token.
 *
 * - They share a refresh that is under way, so most orders are good: the refusal must arrive after the refresh has.
 * - `fixed` looks whether the token is still the one that was refused.
 */

import type { World } from "../world.ts";

interface Answer {
  readonly status: number;
}

/** A server: a new token ends the one before. */
class Server {
  token = 2;

  load(token: number): Answer {
    return { status: token === this.token ? 200 : 401 };
  }

  refresh(): number {
    return ++this.token;
  }
}

/** Two requests with a token that has ended. */
export default async function tokenRefresh(world: World): Promise<void> {
  await twoRequests(world, { looks: false });
}

/** The same, where who is refused looks at the token first. */
export async function fixed(world: World): Promise<void> {
  await twoRequests(world, { looks: true });
}

async function twoRequests({ io, expect }: World, { looks }: { readonly looks: boolean }): Promise<void> {
  const server = new Server();
  let token = 1;
  let refreshing: Promise<void> | undefined;
  const refresh = async () => {
    token = await io("refresh", () => server.refresh());
    refreshing = undefined;
  };
  const load = async () => {
    const used = token;
    const first = await io("load", () => server.load(used));
    if (first.status !== 401) return first;
    if (!looks || token === used) await (refreshing ??= refresh());
    const renewed = token;
    return await io("load again", () => server.load(renewed));
  };
  const answers = await Promise.all([load(), load()]);
  expect(answers.every(({ status }) => status === 200), "both requests succeed");
}
