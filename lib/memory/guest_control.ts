/**
 * The control words of a shared memory: how its host observes, interrupts and stops the guests.
 *
 * - Each guest has its own words: whether it is asked to stop, and what it waits on. A guest publishes its wait before
 *   it checks whether it is stopped; the host requests the stop before it reads the published wait. So either the guest
 *   sees the stop, or the host sees the word to notify. A notify that comes before the guest sleeps is lost, so
 *   {@linkcode requestStop} is repeated.
 * - Invariant: between two equal readings of a guest's wait (word and sequence) the guest was in that one wait; if the
 *   word still has the expected value, nobody has woken it.
 * - An interruption applies to one wait: a guest that has left it meanwhile is not affected. All waits of one
 *   interruption end together.
 */

import { interruptionError, StoppedError } from "../errors.ts";
import type { Layout } from "./layout.ts";
import type { CallOperation } from "./operation.ts";
import type { Waiting } from "./waiting.ts";

const NOT_WAITING = -1;
/** Values of a guest's `stop` word. */
const STOP = 1;
const INTERRUPT = 2;
/** Words for the names of the thing and the method that a guest waits in. */
const LABEL_WORDS = 64;
/** Words for the text of an interruption: a fixed number, and more for each guest. */
const REASON_WORDS = 960;
const REASON_WORDS_EACH = 64;
const SLICE_MILLISECONDS = 100;
/** How many times a guest that waits for a turn checks before it sleeps: a few microseconds. */
const LOOKS = 200;
const HOST_WORDS = ["interruption", "turn", "ticket", "quiet"] as const;
const GUEST_WORDS = [
  "stop",
  "acknowledged",
  "waitingOn",
  "waitSequence",
  "expected",
  "timed",
  "interruptedWait",
  "claimed",
] as const;

/** The wait that a guest is in. */
export interface PublishedWait {
  /** The word. */
  readonly word: number;
  /** Distinguishes this wait from all others of the guest. */
  readonly sequence: number;
  /** Whether the word still has the value that the guest waits to change, so that nobody has woken it. */
  readonly asleep: boolean;
  /** Whether it has a deadline. */
  readonly timed: boolean;
  /** The name of the thing it waits for: that of its last call. */
  readonly object: string;
  /** The method that it waits in. */
  readonly method: string;
}

/** Whose view of the control words it is, and where they are. */
export interface GuestControlOptions {
  /** The number of guests. */
  readonly guests: number;
  /** The guest's number; `undefined` for a host. */
  readonly guest: number | undefined;
  /** The number of words in the memory; the control words are the last ones. */
  readonly end: number;
  /** How its memory waits. */
  readonly waiting: Waiting;
}

/** What a guest waits for. */
type Label = Pick<PublishedWait, "sequence" | "object" | "method">;

/** The control words of a shared memory: how its host observes, interrupts and stops the guests. */
export class GuestControl {
  /** Holds the last ticket. */
  readonly ticketWord: number;
  /** The number of completed turns; its complement once turn-taking has ended. */
  readonly turnWord: number;
  /** Never stored to and never notified: the host sleeps on it. */
  readonly quietWord: number;
  readonly #words: Int32Array;
  readonly #waiting: Waiting;
  readonly #bytes: Uint8Array;
  readonly #guests: number;
  readonly #guest: number | undefined;
  readonly #firstGuest: number;
  readonly #firstLabel: number;
  readonly #reason: number;
  readonly #reasonWords: number;
  /** Whether an interruption is complete, that is, written for all its guests. */
  readonly #interruptionWord: number;
  /** For each guest: what the host last read. */
  readonly #labels: Label[] = [];
  // The first control word of this guest.
  readonly #own: number;
  // The last call, and the one whose names are published.
  #call: CallOperation | undefined;
  #published: CallOperation | undefined;

  /** Reserves the control words, after all others. */
  static reserve(layout: Layout, guests: number): void {
    // The bytes that follow start at a multiple of 8.
    const after = HOST_WORDS.length + guests * GUEST_WORDS.length;
    if ((layout.wordCount + after) % 2 === 1) layout.word("control.padding");
    layout.words("control.reason", REASON_WORDS + guests * REASON_WORDS_EACH);
    for (let guest = 0; guest < guests; guest++) layout.words(`control.guest[${guest}].label`, LABEL_WORDS);
    for (const name of HOST_WORDS) layout.word(`control.${name}`);
    for (let guest = 0; guest < guests; guest++) {
      for (const name of GUEST_WORDS) layout.word(`control.guest[${guest}].${name}`);
    }
  }

  /** A view of the control words, as a guest or as a host. */
  constructor(words: Int32Array, { guests, guest, end, waiting }: GuestControlOptions) {
    this.#words = words;
    this.#waiting = waiting;
    this.#bytes = new Uint8Array(words.buffer);
    this.#guests = guests;
    this.#guest = guest;
    this.#firstGuest = end - guests * GUEST_WORDS.length;
    this.quietWord = this.#firstGuest - 1;
    this.ticketWord = this.#firstGuest - 2;
    this.turnWord = this.#firstGuest - 3;
    this.#interruptionWord = this.turnWord - 1;
    this.#firstLabel = this.#interruptionWord - guests * LABEL_WORDS;
    this.#reasonWords = REASON_WORDS + guests * REASON_WORDS_EACH;
    this.#reason = this.#firstLabel - this.#reasonWords;
    this.#own = this.#firstGuest + (guest ?? 0) * GUEST_WORDS.length;
  }

  /** Sets the control words to their initial values; called once, by the host. */
  initialize(): void {
    for (let guest = 0; guest < this.#guests; guest++) this.#words[this.#wordOf(guest, "waitingOn")] = NOT_WAITING;
  }

  /** The word that this guest sleeps on; it changes only if the guest is stopped or interrupted. */
  get sleepWord(): number {
    return this.#own;
  }

  /** Whether this guest is asked to stop; a guest that computes for long without waiting should check it. */
  get stopRequested(): boolean {
    return this.#guest !== undefined && Atomics.load(this.#words, this.#own) === STOP;
  }

  /** Resets a guest's words, so that a new guest can take the place of one that is gone. */
  admit(guest: number): void {
    Atomics.store(this.#words, this.#wordOf(guest, "stop"), 0);
    Atomics.store(this.#words, this.#wordOf(guest, "acknowledged"), 0);
    Atomics.store(this.#words, this.#wordOf(guest, "waitingOn"), NOT_WAITING);
  }

  /** Claims this guest's place permanently for one side; false if another side has it. */
  claim(): boolean {
    return this.#guest !== undefined &&
      Atomics.compareExchange(this.#words, this.#wordOf(this.#guest, "claimed"), 0, 1) === 0;
  }

  /** Lets another side claim a guest's place. */
  unclaim(guest: number): void {
    Atomics.store(this.#words, this.#wordOf(guest, "claimed"), 0);
  }

  /** As the guest, declares that it has left the stopped work and will not touch this memory again. */
  acknowledge(): void {
    if (this.#guest === undefined) {
      throw new TypeError("Cannot acknowledge a stop: this is the host, a guest is wanted");
    }
    // Everything that the guest did in this memory happens before the host sees the acknowledgment.
    Atomics.store(this.#words, this.#wordOf(this.#guest, "acknowledged"), 1);
  }

  /** Whether a guest has acknowledged its stop. */
  acknowledged(guest: number): boolean {
    return Atomics.load(this.#words, this.#wordOf(guest, "acknowledged")) !== 0;
  }

  /** Asks a guest to stop, and wakes it if it has published a wait; repeat until {@linkcode acknowledged}. */
  requestStop(guest: number): void {
    Atomics.store(this.#words, this.#wordOf(guest, "stop"), STOP);
    this.#wake(guest);
  }

  /** The longest text of an interruption, in bytes. */
  get longestReason(): number {
    return this.#reasonWords * Int32Array.BYTES_PER_ELEMENT - 1;
  }

  /**
   * Ends waits, given as sequences by guest, with an error that has this text. Call it again only after all interrupted
   * guests have been told ({@linkcode remind}), because there is room for one text only.
   */
  interrupt(waits: ReadonlyMap<number, number>, text: string): void {
    Atomics.store(this.#words, this.#interruptionWord, 0);
    this.#setText(this.#reason, text, this.#reasonWords);
    for (const [guest, sequence] of waits) {
      Atomics.store(this.#words, this.#wordOf(guest, "interruptedWait"), sequence);
      Atomics.store(this.#words, this.#wordOf(guest, "stop"), INTERRUPT);
    }
    // All of this happens before any guest sees this word: nothing that the first guest releases can keep another from
    // being interrupted.
    Atomics.store(this.#words, this.#interruptionWord, 1);
    for (const guest of waits.keys()) this.#wake(guest);
  }

  /**
   * Whether a guest still has to notice its interruption; notifies it again, or cancels the interruption if that wait
   * is over.
   */
  remind(guest: number): boolean {
    const stop = this.#wordOf(guest, "stop");
    if (Atomics.load(this.#words, stop) !== INTERRUPT) return false;
    if (this.#isInterrupted(guest)) this.#wake(guest);
    else Atomics.compareExchange(this.#words, stop, INTERRUPT, 0);
    return Atomics.load(this.#words, stop) === INTERRUPT;
  }

  /** The number of completed turns; its complement, which is negative, once turn-taking has ended. */
  get turn(): number {
    return Atomics.load(this.#words, this.turnWord);
  }

  /** Waits for a turn, counted from 0; false if turn-taking ends first. */
  awaitTurn(turn: number): boolean {
    for (let looks = 0;; looks++) {
      // What was done in earlier turns happens before this load sees that they are over.
      const over = Atomics.load(this.#words, this.turnWord);
      if (over === turn || over < 0) return over === turn;
      if (looks < LOOKS) continue;
      this.throwIfStopped();
      this.#waiting.wait(this.#words, this.turnWord, over, SLICE_MILLISECONDS);
    }
  }

  /** Ends a turn, unless turn-taking has ended; with `wakes`, wakes those who wait for another turn. */
  passTurn(turn: number, { wakes }: { readonly wakes: boolean }): void {
    Atomics.compareExchange(this.#words, this.turnWord, turn, turn + 1);
    if (wakes) this.#waiting.notify(this.#words, this.turnWord);
  }

  /** Ends turn-taking: whoever waits for a turn proceeds. */
  endTurns(): void {
    for (let over = this.turn; over >= 0; over = this.turn) {
      Atomics.compareExchange(this.#words, this.turnWord, over, ~over);
    }
    this.#waiting.notify(this.#words, this.turnWord);
  }

  /** As a guest: throws if asked to stop. */
  throwIfStopRequested(): void {
    if (!this.stopRequested) return;
    throw new StoppedError(`Cannot go on: guest ${this.#guest} is asked to stop, a return to its loop is wanted`);
  }

  /** As a guest: throws if asked to stop or interrupted. */
  throwIfStopped(): void {
    if (this.#guest === undefined) return;
    const how = Atomics.load(this.#words, this.#own);
    if (how === STOP) this.throwIfStopRequested();
    if (how !== INTERRUPT || Atomics.load(this.#words, this.#interruptionWord) === 0) return;
    // Read before the flag is cleared, after which the host may write the next text.
    const text = this.#text(this.#reason, this.#reasonWords);
    const means = this.#isInterrupted(this.#guest);
    // Only once: code that undoes the wait may itself wait.
    if (Atomics.compareExchange(this.#words, this.#own, INTERRUPT, 0) === INTERRUPT && means) {
      throw interruptionError(text);
    }
  }

  /** Records the call that this guest is in. */
  enter(call: CallOperation): void {
    this.#call = call;
  }

  /**
   * As a guest, publishes that it waits; for a host it does nothing. Returns the wait's sequence, for
   * {@linkcode unpublish}.
   */
  publish(word: number, { expected, timed }: { expected: number; timed: boolean }): number {
    const guest = this.#guest;
    if (guest === undefined) return 0;
    const sequence = (Atomics.add(this.#words, this.#wordOf(guest, "waitSequence"), 1) + 1) | 0;
    if (this.#call !== this.#published) {
      this.#published = this.#call;
      this.#setText(this.#labelOf(guest), `${this.#call?.object}\n${this.#call?.method}`, LABEL_WORDS);
    }
    Atomics.store(this.#words, this.#wordOf(guest, "expected"), expected);
    Atomics.store(this.#words, this.#wordOf(guest, "timed"), timed ? 1 : 0);
    // All of this happens before the host sees the word.
    Atomics.store(this.#words, this.#wordOf(guest, "waitingOn"), word);
    return sequence;
  }

  /** As a guest, declares a wait over; does nothing if the guest has published another one since. */
  unpublish(sequence: number): void {
    const guest = this.#guest;
    if (guest === undefined || Atomics.load(this.#words, this.#wordOf(guest, "waitSequence")) !== sequence) return;
    Atomics.store(this.#words, this.#wordOf(guest, "waitingOn"), NOT_WAITING);
  }

  /** The wait that a guest is in, if any; certain only if a second reading has the same sequence. */
  publishedWait(guest: number): PublishedWait | undefined {
    // The guest increments the sequence before it publishes the word: this word belongs to this sequence or a later
    // one.
    const sequence = Atomics.load(this.#words, this.#wordOf(guest, "waitSequence"));
    const word = Atomics.load(this.#words, this.#wordOf(guest, "waitingOn"));
    if (word === NOT_WAITING) return undefined;
    const { object, method } = this.#labelled(guest, sequence);
    return {
      word,
      sequence,
      asleep: Atomics.load(this.#words, word) === Atomics.load(this.#words, this.#wordOf(guest, "expected")),
      timed: Atomics.load(this.#words, this.#wordOf(guest, "timed")) !== 0,
      object,
      method,
    };
  }

  /**
   * What a guest waits for, read once per wait; a reading taken while the guest moves on is not used for a later wait.
   */
  #labelled(guest: number, sequence: number): Label {
    let label = this.#labels[guest];
    if (label?.sequence !== sequence) {
      const [object = "", method = ""] = this.#text(this.#labelOf(guest), LABEL_WORDS).split("\n");
      label = { sequence, object, method };
      this.#labels[guest] = label;
    }
    return label;
  }

  /** Whether a guest is in the wait that its interruption applies to. */
  #isInterrupted(guest: number): boolean {
    const sequence = Atomics.load(this.#words, this.#wordOf(guest, "waitSequence"));
    return Atomics.load(this.#words, this.#wordOf(guest, "waitingOn")) !== NOT_WAITING &&
      Atomics.load(this.#words, this.#wordOf(guest, "interruptedWait")) === sequence;
  }

  /** Notifies the word that a guest waits on. */
  #wake(guest: number): void {
    const word = Atomics.load(this.#words, this.#wordOf(guest, "waitingOn"));
    if (word !== NOT_WAITING) this.#waiting.notify(this.#words, word);
  }

  #wordOf(guest: number, name: typeof GUEST_WORDS[number]): number {
    if (!(guest >= 0 && guest < this.#guests)) {
      throw new RangeError(`Cannot reach guest ${guest}: there are ${this.#guests}, a number under that is wanted`);
    }
    return this.#firstGuest + guest * GUEST_WORDS.length + GUEST_WORDS.indexOf(name);
  }

  #labelOf(guest: number): number {
    return this.#firstLabel + guest * LABEL_WORDS;
  }

  /** Writes a text, cut off if it is too long, and a zero byte. */
  #setText(word: number, text: string, words: number): void {
    const bytes = new Uint8Array(words * Int32Array.BYTES_PER_ELEMENT);
    new TextEncoder().encodeInto(text, bytes.subarray(0, bytes.length - 1));
    this.#bytes.set(bytes, word * Int32Array.BYTES_PER_ELEMENT);
  }

  #text(word: number, words: number): string {
    const start = word * Int32Array.BYTES_PER_ELEMENT;
    const bytes = this.#bytes.slice(start, start + words * Int32Array.BYTES_PER_ELEMENT);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }
}
