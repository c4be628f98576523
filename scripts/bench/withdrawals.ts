/**
 * Three withdrawals, of two awaits each, from one account, which `scenario_runs.ts` measures. The bug: two may read
 * before either writes.
 */

import type { World } from "../../lib/scenario/mod.ts";

/** The store of balances. */
export interface Store {
  read(): Promise<number>;
  write(balance: number): Promise<void>;
}

const WITHDRAWALS = 3;
const AMOUNT = 40;
/** The initial balance. */
export const BALANCE = 100;

/** Withdraws three times at once; returns how often there was enough. */
export async function withdrawals({ read, write }: Store): Promise<number> {
  const withdraw = async () => {
    const balance = await read();
    if (balance < AMOUNT) return 0;
    await write(balance - AMOUNT);
    return 1;
  };
  const done = await Promise.all(Array.from({ length: WITHDRAWALS }, withdraw));
  return done.reduce((sum: number, one) => sum + one, 0);
}

/** The same as a scenario; each `io` takes one step or two. */
export default async function scenario({ io }: World, atomic: boolean): Promise<number> {
  let balance = BALANCE;
  return await withdrawals({
    read: () => io("read", () => balance, { atomic }),
    write: (left) =>
      io("write", () => {
        balance = left;
      }, { atomic }),
  });
}
