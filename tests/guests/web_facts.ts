/**
 * Facts of the platform, each a value that is the same in every order: in the world they are what they are outside of it.
 *
 * @module
 */

// deno-lint-ignore-file no-explicit-any require-await

/** The facts by name. */
export const facts: Readonly<Record<string, () => Promise<unknown>>> = {
  async urlError() {
    try {
      new URL("::");
    } catch (e) {
      return [e instanceof TypeError, e instanceof Error, (e as any).code];
    }
    return undefined;
  },
  async atobError() {
    try {
      atob("!");
    } catch (e) {
      return [e instanceof DOMException, e instanceof Error, (e as any).name];
    }
    return undefined;
  },
  async searchParams() {
    const u = new URL("http://a/?b=1&b=2&c=3");
    return [
      [...u.searchParams],
      Object.fromEntries(u.searchParams),
      u.searchParams.getAll("b") instanceof Array,
      u instanceof URL,
      String(new URLSearchParams({ z: "1" })),
      new URLSearchParams([["q", "2"]]).get("q"),
      URL.canParse("x"),
    ];
  },
  async encode() {
    const e = new TextEncoder().encode("ä");
    return [
      e instanceof Uint8Array,
      [...e],
      new TextDecoder().decode(e),
      new TextEncoder().encodeInto("abc", new Uint8Array(2)),
    ];
  },
  async dateThings() {
    const d = new Date(0);
    return [
      typeof Date(),
      new Date(2020, 0, 1) instanceof Date,
      d.constructor === Date,
      Date.length,
      Date.name,
      new (class X extends Date {
        y = 1;
      })(3) instanceof Date,
      Object.prototype.toString.call(new Date()),
      structuredClone(d) instanceof Date,
      JSON.stringify(d),
      Date.UTC(2000, 1),
    ];
  },
  async mathThings() {
    return [
      Math.max(1, 2),
      Object.prototype.toString.call(Math),
      typeof Math.random(),
      Math.PI,
      Object.getOwnPropertyNames(Math).length > 5,
    ];
  },
  async cryptoSubtle() {
    return [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("x")))].slice(0, 4);
  },
  async abortAny() {
    const a = new AbortController(), b = new AbortController();
    const log: string[] = [];
    const both = AbortSignal.any([a.signal, b.signal]);
    const any2 = AbortSignal.any([both]);
    any2.onabort = () => log.push("any2");
    both.onabort = () => log.push("any");
    a.signal.onabort = () => log.push("a");
    a.abort("why");
    b.abort("later");
    return [log, both.reason, any2.reason, any2.aborted];
  },
  async abortAnyAborted() {
    const a = AbortSignal.any([AbortSignal.abort(3), AbortSignal.abort(4)]);
    try {
      a.throwIfAborted();
    } catch (e) {
      return e;
    }
    return undefined;
  },
  async customEvents() {
    const t = new EventTarget();
    const log: any[] = [];
    t.addEventListener("x", (e) => log.push((e as CustomEvent).detail, e.type, e.target === t), { once: true });
    t.dispatchEvent(new CustomEvent("x", { detail: 4 }));
    t.dispatchEvent(new CustomEvent("x", { detail: 5 }));
    return log;
  },
  async events2() {
    const t = new EventTarget();
    const e = new Event("a", { cancelable: true });
    t.addEventListener("a", (e) => {
      e.preventDefault();
    });
    const r = t.dispatchEvent(e);
    return [r, e.defaultPrevented, e.timeStamp >= 0, Event.AT_TARGET, e.NONE, e.cancelBubble, e.returnValue];
  },
  async eventRedispatch() {
    const t = new EventTarget();
    let err: any;
    t.addEventListener("a", (e) => {
      try {
        t.dispatchEvent(e);
      } catch (x) {
        err = [(x as any).name];
      }
    });
    t.dispatchEvent(new Event("a"));
    return err;
  },
  async eventBad() {
    const t = new EventTarget();
    try {
      (t as any).dispatchEvent({ type: "x" });
      return "none";
    } catch (e) {
      return (e as any).constructor.name;
    }
  },
  async passiveEvents() {
    const t = new EventTarget();
    const e = new Event("a", { cancelable: true });
    t.addEventListener("a", (e) => e.preventDefault(), { passive: true });
    t.dispatchEvent(e);
    return e.defaultPrevented;
  },
  async cloneThings() {
    class A {
      x = 1;
      get y() {
        return 2;
      }
      m() {}
    }
    const c: any = structuredClone(new A());
    const arr: any = [1, 2, 3];
    delete arr[1];
    arr.extra = 5;
    const shared = { z: 1 };
    const dup: any = structuredClone([shared, shared]);
    const cyc: any = {};
    cyc.me = cyc;
    const cc: any = structuredClone(cyc);
    return [
      Object.getPrototypeOf(c) === Object.prototype,
      c,
      structuredClone(arr),
      dup[0] === dup[1],
      cc.me === cc,
      structuredClone(new AggregateError([1], "m")) instanceof Error,
      structuredClone(new AggregateError([1], "m")).name,
      structuredClone(Object(5)) instanceof Number,
    ];
  },
  async cloneMoved() {
    class Thing {
      where = 1;
      moved() {
        return 1;
      }
    }
    return structuredClone(new Thing());
  },
  async cloneTagged() {
    class Thing {
      where = 1;
      get [Symbol.toStringTag]() {
        return "Thing";
      }
    }
    return structuredClone(new Thing());
  },
  async cloneTaggedMap() {
    try {
      return structuredClone({ [Symbol.toStringTag]: "Map", a: 1 });
    } catch (e) {
      return (e as any).name;
    }
  },
  async cloneGetter() {
    return structuredClone({
      get a() {
        return 4;
      },
      [Symbol("s")]: 1,
    });
  },
  async cloneViews() {
    const b = new ArrayBuffer(8);
    const v = new Uint8Array(b, 2, 3);
    v[0] = 7;
    const c = structuredClone(v);
    const t = structuredClone(b, { transfer: [b] });
    return [
      c.byteOffset,
      c.length,
      c[0],
      c.buffer.byteLength,
      t.byteLength,
      b.byteLength,
      (b as any).detached,
      structuredClone(new DataView(new ArrayBuffer(4), 1)).byteLength,
    ];
  },
  async cloneResizable() {
    const b = new (ArrayBuffer as any)(4, { maxByteLength: 8 });
    const c: any = structuredClone(b);
    return [c.resizable, c.maxByteLength];
  },
  async cloneF16() {
    return typeof Float16Array === "undefined" ? 0 : structuredClone(new Float16Array([1.5]))[0];
  },
  async cloneRegexLast() {
    const r = /a/g;
    r.lastIndex = 3;
    return structuredClone(r).lastIndex;
  },
  async cloneErrorProps() {
    const e: any = new TypeError("a", { cause: { b: 1 } });
    e.code = "X";
    const c: any = structuredClone(e);
    return [c.code, c.cause, c.message, c.name, c instanceof TypeError, "stack" in c];
  },
  async asyncGen() {
    async function* g() {
      try {
        yield 1;
        await 0;
        yield 2;
      } finally {
        await 0;
      }
    }
    const o = [];
    for await (const x of g()) o.push(x);
    const arr = await Array.fromAsync(g());
    return [o, arr];
  },
  async disposal() {
    const log: string[] = [];
    {
      await using _a = {
        async [Symbol.asyncDispose]() {
          await 0;
          log.push("a");
        },
      };
      using _b = {
        [Symbol.dispose]() {
          log.push("b");
        },
      };
      await using s = new AsyncDisposableStack();
      s.defer(() => {
        log.push("d");
      });
      log.push("body");
    }
    return log;
  },
  async suppressed() {
    try {
      using _b = {
        [Symbol.dispose]() {
          throw new Error("d");
        },
      };
      throw new Error("b");
    } catch (e) {
      return [(e as any).name, (e as any).error.message, (e as any).suppressed.message, e instanceof SuppressedError];
    }
  },
  async locks() {
    const log: any[] = [];
    await (navigator as any).locks.request("a", async (l: any) => {
      log.push(l.name, l.mode);
      const q = await (navigator as any).locks.query();
      log.push(q.held.map((h: any) => h.name));
      await (navigator as any).locks.request("a", { ifAvailable: true }, (m: any) => {
        log.push(m);
      });
    });
    return log;
  },
  async promiseExtras() {
    return [
      await (Promise as any).try(() => 4),
      typeof Promise.withResolvers,
      (await Promise.allSettled([Promise.reject(1), 2])).map((s) => s.status),
      await Promise.any([Promise.reject(0), Promise.resolve(6)]),
    ];
  },
  async groupBy() {
    return [Object.groupBy([1, 2, 3], (x) => x % 2 ? "o" : "e"), Iterator.from([1, 2]).map((x) => x * 2).toArray()];
  },
  async intl() {
    return [
      new Intl.NumberFormat("en").format(1234.5),
      new Intl.DateTimeFormat("en", { timeZone: "UTC" }).format(new Date(0)),
      (1234.5).toLocaleString("en"),
      new Date(0).toLocaleDateString("en-US", { timeZone: "UTC" }),
      "a".localeCompare("b"),
      new Intl.PluralRules("en").select(1),
      new Intl.RelativeTimeFormat("en").format(1, "day"),
    ];
  },
  async intlCall() {
    return typeof (Intl as any).DateTimeFormat("en").format(new Date(0));
  },
  async weakrefs() {
    const o = {};
    return [new WeakRef(o).deref() === o, Object.prototype.toString.call(new WeakRef(o))];
  },
  async timeoutArgs() {
    return await new Promise((r) => setTimeout((a: any, b: any) => r([a, b]), 1, 7, 8));
  },
  async setTimeoutString() {
    try {
      (setTimeout as any)("1+1", 1);
      return "ok";
    } catch (e) {
      return (e as any).name;
    }
  },
};

/** A fact, in the world. */
export async function fact(_world: unknown, name: string): Promise<unknown> {
  return await facts[name]?.();
}
