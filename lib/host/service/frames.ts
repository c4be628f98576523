/**
 * What a serving guest sends, read for its listener.
 *
 * @example
 * ```ts
 * import { encode } from "../../codec/mod.ts";
 * import { FrameCursor } from "../frame_cursor.ts";
 * import { encodeFrame } from "../frame.ts";
 * import { ServiceFrames } from "./frames.ts";
 *
 * const seen: unknown[] = [];
 * const listener = { answered: (answer: unknown) => void seen.push(answer), settled() {}, reported() {}, ended() {} };
 * const frames = new ServiceFrames(listener, { exported: (names) => void seen.push(names) });
 * const cursor = new FrameCursor();
 * cursor.feed(encodeFrame("hello", 1, encode(["twice"])));
 * if (cursor.next()) frames.hear(cursor);
 * cursor.feed(encodeFrame("reply", 1, encode(10)));
 * if (cursor.next()) frames.hear(cursor);
 * if (JSON.stringify(seen) !== '[["twice"],{"kind":"value","value":10}]') throw new Error("its exports, and an answer");
 * ```
 *
 * @module
 */

import type { ErrorData } from "../../errors.ts";
import type { LogLine } from "../../logging/mod.ts";
import type { FrameCursor } from "../frame_cursor.ts";
import type { ServiceAnswer, ServiceListener } from "./service.ts";

/** See the module. */
export class ServiceFrames {
  readonly #listener: ServiceListener;
  readonly #exported: (names: readonly string[]) => void;
  readonly #asked: (payload: Uint8Array) => void;
  /** Whether the guest has said that it ends while it is in no call. */
  #idle = false;
  /** Whether something was told since the last time that all was. */
  #heard = false;

  /** Takes who listens, who is told of the guest's exports, and who answers what it asks of the memory. */
  constructor(
    listener: ServiceListener,
    { exported, asked = () => {} }: {
      readonly exported: (names: readonly string[]) => void;
      readonly asked?: (payload: Uint8Array) => void;
    },
  ) {
    this.#listener = listener;
    this.#exported = exported;
    this.#asked = asked;
  }

  /** Tells what a frame says. */
  hear(frame: FrameCursor): void {
    switch (frame.kind) {
      case "reply":
        return this.answer({ kind: "value", value: frame.value() });
      case "error":
        return this.answer({ kind: "error", error: frame.value() as ErrorData });
      case "log": {
        const said = frame.value() as { readonly line: LogLine } | { readonly report: unknown };
        if ("line" in said) return this.#listener.logged?.(said.line);
        return this.#listener.reported(said.report);
      }
      case "hello":
        return this.#exported(frame.value() as readonly string[]);
      case "call":
        return this.#asked(frame.payload());
      case "job":
        this.#idle = true;
        return;
      case "post":
      case "result":
        return;
    }
  }

  /** Tells an answer. */
  answer(answer: ServiceAnswer): void {
    this.#heard = true;
    this.#listener.answered(answer);
  }

  /** Tells that nothing more is there for the moment. */
  settle(): void {
    if (!this.#heard) return;
    this.#heard = false;
    this.#listener.settled();
  }

  /** Tells the end of the guest. */
  end(error: Error): void {
    this.#listener.ended(error, { idle: this.#idle });
  }
}
