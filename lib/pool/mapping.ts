/**
 * Maps a function over many inputs: in order, or as results are ready.
 *
 * - Inputs are taken as room becomes available, so the source may be endless; at most `buffer` calls are ahead of the
 *   reader.
 * - A chunk of inputs is one call: it runs on one guest, and is run again as a whole if that guest dies. Each input
 *   fails separately, and is then retried separately.
 * - When the reader leaves the loop or gets an error, waiting calls are canceled and the source is closed.
 */

import { type Chunk, type MappingPool, Submitter, type Work } from "./submitter.ts";

export type { MapOptions } from "./submitter.ts";

/** A value, with the index of its input. */
export interface Mapped<R> {
  /** The index of the input, from 0. */
  readonly index: number;
  /** The value. */
  readonly value: R;
}

/** The values in the order of the inputs. */
export function mapped<A, R>(pool: MappingPool, work: Work<A, R>): AsyncGenerator<R, void> {
  return inOrder(new Submitter(pool, work));
}

/** The values in the order in which they are ready. */
export function mappedUnordered<A, R>(pool: MappingPool, work: Work<A, R>): AsyncGenerator<Mapped<R>, void> {
  return asDone(new Submitter(pool, work));
}

async function* inOrder<A, R>(submitter: Submitter<A, R>): AsyncGenerator<R, void> {
  const ahead: Chunk<A>[] = [];
  submitter.open({ ahead: () => ahead.length, submitted: (chunk) => void ahead.push(chunk) });
  try {
    for (;;) {
      submitter.fill();
      const chunk = ahead.shift();
      if (chunk === undefined) {
        if (submitter.isOver()) return;
        await submitter.change();
        continue;
      }
      if (chunk.call.outcome === undefined) {
        await new Promise<void>((resolve) => chunk.call.whenSettled(() => resolve()));
      }
      for (const [at, input] of chunk.inputs.entries()) yield await submitter.valueOf(chunk, { at, input });
    }
  } finally {
    await submitter.close(ahead);
  }
}

async function* asDone<A, R>(submitter: Submitter<A, R>): AsyncGenerator<Mapped<R>, void> {
  const under = new Set<Chunk<A>>();
  const done: Chunk<A>[] = [];
  const submitted = (chunk: Chunk<A>) => {
    under.add(chunk);
    chunk.call.whenSettled(() => {
      under.delete(chunk);
      done.push(chunk);
      submitter.changed();
    });
  };
  submitter.open({ ahead: () => under.size + done.length, submitted });
  try {
    for (;;) {
      submitter.fill();
      const chunk = done.shift();
      if (chunk === undefined) {
        if (under.size === 0 && submitter.isOver()) return;
        await submitter.change();
        continue;
      }
      for (const [at, input] of chunk.inputs.entries()) {
        yield { index: chunk.first + at, value: await submitter.valueOf(chunk, { at, input }) };
      }
    }
  } finally {
    await submitter.close(under);
  }
}
