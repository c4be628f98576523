/**
 * A request that is refused twice: another request, refused before the token was refreshed, refreshes it again, and
 * that invalidates the first new token.
 *
 * - Requests share a refresh in progress, so most orders work: the bug needs a refusal that arrives after the refresh.
 * - `fixed` checks whether the token is still the one that was refused.
 */

import type { World } from "../world.ts";

interface Answer {
  readonly status: number;
}

/** A server: a new token invalidates the one before. */
class Server {
  token = 2;

  load(token: number): Answer {
    return { status: token === this.token ? 200 : 401 };
  }

  refresh(): number {
    return ++this.token;
  }
}

/** Two requests with an invalid token. */
export default async function tokenRefresh(world: World): Promise<void> {
  await twoRequests(world, { looks: false });
}

/** The same, with a check of the token after a refusal. */
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
