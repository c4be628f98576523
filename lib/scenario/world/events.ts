/**
 * Events, and targets that dispatch them, as in the DOM standard without a tree. Inside the realm.
 *
 * - An error in a listener ends the run as an uncaught error; the other listeners are still called.
 */

/** An error of the platform, by name, for realms without such a class. */
class WorldException extends Error {
  static readonly #codes: Readonly<Record<string, number>> = {
    NotSupportedError: 9,
    InvalidStateError: 11,
    SyntaxError: 12,
    InvalidAccessError: 15,
    AbortError: 20,
    QuotaExceededError: 22,
    TimeoutError: 23,
    DataCloneError: 25,
  };

  constructor(message = "", name: string | { readonly name?: string; readonly cause?: unknown } = "Error") {
    super(message, typeof name === "object" && "cause" in name ? { cause: name.cause } : undefined);
    const own = typeof name === "object" ? name.name ?? "Error" : name;
    Object.defineProperty(this, "name", { value: own, configurable: true });
  }

  get code(): number {
    return WorldException.#codes[this.name] ?? 0;
  }
}
Object.defineProperty(WorldException, "name", { value: "DOMException" });

const platforms: unknown = Reflect.get(globalThis, "DOMException");
/** An error of the platform, by name. */
export const DOMException = (platforms ?? WorldException) as typeof WorldException;
export type DOMException = WorldException;

/** Options of an event. */
export interface EventSettings {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}

const PHASES = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 } as const;

/** An event. */
export class Event {
  readonly type: string;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly isTrusted: boolean = false;
  readonly timeStamp: number = 0;
  target: unknown = null;
  currentTarget: unknown = null;
  eventPhase = 0;
  defaultPrevented = false;
  /** Whether to call no further listeners. */
  isStopped = false;
  /** Whether the present listener is passive, and so cannot prevent the default. */
  isPassive = false;

  constructor(type: string, { bubbles = false, cancelable = false, composed = false }: EventSettings = {}) {
    this.type = String(type);
    this.bubbles = bubbles;
    this.cancelable = cancelable;
    this.composed = composed;
  }

  get srcElement(): unknown {
    return this.target;
  }

  get returnValue(): boolean {
    return !this.defaultPrevented;
  }

  get cancelBubble(): boolean {
    return this.isStopped;
  }

  preventDefault(): void {
    if (this.cancelable && !this.isPassive) this.defaultPrevented = true;
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.isStopped = true;
  }

  composedPath(): unknown[] {
    return this.currentTarget === null ? [] : [this.currentTarget];
  }
}

for (const holder of [Event, Event.prototype]) {
  for (const [name, value] of Object.entries(PHASES)) Object.defineProperty(holder, name, { value, enumerable: true });
}

/** An event with a value of the caller. */
export class CustomEvent extends Event {
  readonly detail: unknown;

  constructor(type: string, settings: EventSettings & { readonly detail?: unknown } = {}) {
    super(type, settings);
    this.detail = settings.detail ?? null;
  }
}

/** A message to a port or a channel. */
export class MessageEvent extends Event {
  readonly data: unknown;
  readonly origin: string;
  readonly lastEventId: string;
  readonly source: unknown;
  readonly ports: readonly unknown[];

  constructor(
    type: string,
    settings: EventSettings & {
      readonly data?: unknown;
      readonly origin?: string;
      readonly lastEventId?: string;
      readonly source?: unknown;
      readonly ports?: readonly unknown[];
    } = {},
  ) {
    super(type, settings);
    this.data = settings.data ?? null;
    this.origin = settings.origin ?? "";
    this.lastEventId = settings.lastEventId ?? "";
    this.source = settings.source ?? null;
    this.ports = settings.ports ?? [];
  }
}

/** An error event. */
export class ErrorEvent extends Event {
  readonly message: string;
  readonly error: unknown;

  constructor(type: string, settings: EventSettings & { readonly message?: string; readonly error?: unknown } = {}) {
    super(type, settings);
    this.message = settings.message ?? "";
    this.error = settings.error;
  }
}

/** The end of a connection. */
export class CloseEvent extends Event {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;

  constructor(
    type: string,
    settings: EventSettings & { readonly wasClean?: boolean; readonly code?: number; readonly reason?: string } = {},
  ) {
    super(type, settings);
    this.wasClean = settings.wasClean ?? false;
    this.code = settings.code ?? 0;
    this.reason = settings.reason ?? "";
  }
}

type Callback = ((event: Event) => unknown) | { handleEvent(event: Event): unknown } | null;

interface Listener {
  readonly callback: NonNullable<Callback>;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  isRemoved: boolean;
}

/** The part of a signal that listeners with a signal need. */
export interface Aborting {
  readonly aborted: boolean;
  /** Missing if the signal is the platform's own. */
  whenAborted?(act: () => void): () => void;
  addEventListener(type: string, act: () => void, options: { readonly once: boolean }): void;
  removeEventListener(type: string, act: () => void): void;
}

/**
 * Registers a function to call when a signal aborts, before its listeners; the platform's own signals call all in
 * order.
 */
export function whenAborted(signal: Aborting, act: () => void): () => void {
  if (signal.whenAborted !== undefined) return signal.whenAborted(act);
  signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}

/** Options of a listener. */
export type ListenerOptions = boolean | {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  readonly signal?: Aborting;
};

/** Receives uncaught errors of listeners; the present run sets it. */
export const uncaught: { report: (error: unknown) => void } = { report: () => {} };

/** A target of events. */
export class EventTarget {
  readonly #listeners = new Map<string, Listener[]>();
  // By event: the listener for the `on` property.
  readonly #handlers = new Map<string, { value: unknown; listener: Listener }>();

  addEventListener(type: string, callback: Callback, options: ListenerOptions = {}): void {
    const { capture = false, once = false, passive = false, signal } = typeof options === "boolean"
      ? { capture: options }
      : options;
    if (callback === null || callback === undefined || signal?.aborted) return;
    const list = this.#listeners.get(type) ?? [];
    if (list.some((other) => other.callback === callback && other.capture === capture)) return;
    list.push({ callback, capture, once, passive, isRemoved: false });
    this.#listeners.set(type, list);
    if (signal !== undefined) whenAborted(signal, () => this.removeEventListener(type, callback, { capture }));
  }

  removeEventListener(type: string, callback: Callback, options: ListenerOptions = {}): void {
    const { capture = false } = typeof options === "boolean" ? { capture: options } : options;
    const list = this.#listeners.get(type) ?? [];
    const listener = list.find((other) => other.callback === callback && other.capture === capture);
    if (listener === undefined) return;
    listener.isRemoved = true;
    this.#listeners.set(type, list.filter((other) => other !== listener));
  }

  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError("Cannot dispatch an event: it is none, an Event is wanted");
    if (event.currentTarget !== null) throw new DOMException("The event is dispatched already", "InvalidStateError");
    event.isStopped = false;
    event.target = this;
    event.currentTarget = this;
    event.eventPhase = 2;
    for (const listener of [...this.#listeners.get(event.type) ?? []]) {
      if (listener.isRemoved) continue;
      const { callback, capture, once, passive } = listener;
      event.isPassive = passive;
      if (once) this.removeEventListener(event.type, callback, { capture });
      try {
        if (typeof callback === "function") callback.call(this as never, event);
        else callback.handleEvent(event);
      } catch (error) {
        uncaught.report(error);
      }
      if (event.isStopped) break;
    }
    event.currentTarget = null;
    event.eventPhase = 0;
    event.isPassive = false;
    return !event.defaultPrevented;
  }

  /** The number of listeners of one event, or of all. */
  listenersOf(type?: string): number {
    if (type !== undefined) return this.#listeners.get(type)?.length ?? 0;
    return [...this.#listeners.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** The value of an `on` property. */
  handlerOf(type: string): unknown {
    return this.#handlers.get(type)?.value ?? null;
  }

  /** Sets an `on` property, which keeps its place among the listeners. */
  handle(type: string, value: unknown): void {
    const known = this.#handlers.get(type);
    if (known !== undefined && typeof value === "function") {
      known.value = value;
      return;
    }
    if (known !== undefined) {
      this.removeEventListener(type, known.listener.callback);
      this.#handlers.delete(type);
    }
    if (typeof value !== "function") return;
    const callback = (event: Event) => {
      const handler = this.#handlers.get(type)?.value;
      if (typeof handler === "function") handler.call(this, event);
    };
    this.#handlers.set(type, {
      value,
      listener: { callback, capture: false, once: false, passive: false, isRemoved: false },
    });
    this.addEventListener(type, callback);
  }
}

/** Gives a class of targets an `on` property for each of these events. */
export function withHandlers(target: { readonly prototype: EventTarget }, types: readonly string[]): void {
  for (const type of types) {
    Object.defineProperty(target.prototype, `on${type}`, {
      configurable: true,
      enumerable: true,
      get(this: EventTarget) {
        return this.handlerOf(type);
      },
      set(this: EventTarget, value: unknown) {
        this.handle(type, value);
      },
    });
  }
}
