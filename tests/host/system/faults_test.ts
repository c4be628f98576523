import type { ModeName } from "../../../lib/host/mod.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { delegate, DiagramBuilder, type System } from "../../../lib/diagram/mod.ts";
import {
  GuestDiedError,
  GuestError,
  type GuestPhase,
  GuestStuckError,
  GuestTimeoutError,
  ProtocolError,
  UncloneableError,
} from "../../../lib/errors.ts";
import { Host, type HostOptions, loadSystem, MODE_NAMES } from "../../../lib/host/mod.ts";
import { Simulator } from "../../../lib/simulator/mod.ts";
import { children, kill } from "../../contracts/children.ts";
import { within } from "../../contracts/deadline.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import type { Attempt, FaultyArgument } from "../../guests/faulty.ts";

const FAULTY = import.meta.resolve("../../guests/faulty.ts");
const SECONDS = 20;

async function faulty(argument: Omit<FaultyArgument, "near">): Promise<System> {
  return await loadSystem({ module: FAULTY, export: "faulty", argument: { near: Deno.pid, ...argument } });
}

/** Runs the system in that mode for four of its periods and gives its outputs, or rejects with what the run throws. */
async function run(host: Host, system: System, mode: ModeName): Promise<unknown[]> {
  const builder = new DiagramBuilder("test");
  const guest = builder.add("guest", delegate(system, { mode, period: 1 }));
  if ("u" in system.inputs) builder.exportInput("u", guest.input("u"));
  for (const port of Object.keys(system.outputs)) builder.exportOutput(port, guest.output(port));
  const diagram = builder.build();
  return await within(
    SECONDS,
    (async () => {
      await using simulator = new Simulator(diagram, { host });
      if ("u" in system.inputs) simulator.fix("u", 1);
      await simulator.initialize();
      await simulator.advanceTo(4);
      return Object.keys(system.outputs).map((port) => simulator.context.output(port));
    })(),
  );
}

/** Advances until something throws. */
async function eventually(simulator: Simulator): Promise<never> {
  for (let t = 1;; t++) {
    await simulator.advanceTo(t);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function failure(host: Host, system: System, mode: ModeName): Promise<unknown> {
  return await run(host, system, mode).then(
    (outputs) => assert(false, `the run ended with ${outputs}`),
    (error: unknown) => error,
  );
}

/** The host runs another system all the same, where a slow machine makes no guest late for a host of little patience. */
async function stillWorks(host: Host, mode: ModeName): Promise<number> {
  const system = await faulty({ place: "update", fault: "throw", at: 9 });
  for (let tries = 1;; tries++) {
    try {
      const [n, pid] = await run(host, system, mode);
      assertEquals(n, 3);
      return pid as number;
    } catch (error) {
      if (!(error instanceof GuestTimeoutError) || tries === 10) throw error;
    }
  }
}

/** Waits until no such process is left. */
async function gone(pid: number): Promise<void> {
  await within(
    SECONDS,
    (async () => {
      while (await exists(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    })(),
  );
}

async function exists(pid: number): Promise<boolean> {
  // A zombie has ended: what is left of it waits for its parent.
  const status = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  return status !== undefined && !/\) [ZX] /.test(status);
}

for (const mode of ELSEWHERE) testFaults(mode);

function testFaults(mode: "thread" | "process"): void {
  /** A test with a host of its own, after which the host works, closes, and leaves nobody behind. */
  function test(criterion: string, body: (host: Host) => Promise<void>, options: HostOptions = {}): void {
    Deno.test(`${mode} mode: ${criterion}`, async () => {
      const before = await children();
      const host = new Host(options);
      try {
        await body(host);
        await stillWorks(host, mode);
      } finally {
        await within(SECONDS, host.close());
      }
      assertEquals((await children()).filter((pid) => !before.includes(pid)), []);
    });
  }

  for (const place of ["construct", "initialize", "update", "output"] as const) {
    const phase: GuestPhase = place;

    test(`a throw at ${place} is a GuestError with the far stack and cause`, async (host) => {
      const error = await failure(host, await faulty({ place, fault: "throw with a cause", at: 1 }), mode);
      assertInstanceOf(error, GuestError);
      assertEquals([error.guest, error.mode, error.phase], ["guest", mode, phase]);
      assertEquals([error.far.name, error.far.message], ["TypeError", "the outer"]);
      assertEquals([error.far.cause?.name, error.far.cause?.message], ["RangeError", "the inner"]);
      assertStringIncludes(error.far.stack, "goWrong");
      assertStringIncludes(error.far.stack, "faulty.ts");
      assertInstanceOf(error.cause, Error);
      assertEquals([error.cause.name, error.cause.stack], ["TypeError", error.far.stack]);
      assertInstanceOf(error.cause.cause, Error);
      assertEquals(error.cause.cause.name, "RangeError");
      assertStringIncludes(error.message, `guest (${mode} mode): TypeError: the outer`);
    });

    test(`a thrown value at ${place} is a GuestError`, async (host) => {
      const error = await failure(host, await faulty({ place, fault: "throw a value", at: 1 }), mode);
      assertInstanceOf(error, GuestError);
      assertEquals([error.phase, error.far.name, error.far.message], [phase, "thrown value", "seven"]);
    });

    test(`Deno.exit() at ${place} is a GuestDiedError`, async (host) => {
      const error = await failure(host, await faulty({ place, fault: "exit", at: 1 }), mode);
      assertInstanceOf(error, GuestDiedError);
      assertEquals([error.guest, error.mode], ["guest", mode]);
      assertStringIncludes(error.message, mode === "process" ? "it exited with code 3" : "it ended by itself");
    });
  }

  test("a throw is a GuestError where only the newest request counts, too, at a release", async (host) => {
    const message = "it went wrong";
    const system = await faulty({ place: "update", fault: "throw", at: 1 });
    const delegated = delegate(system, { mode, period: 1, deterministic: false });
    await using simulator = new Simulator(delegated, { host });
    simulator.fix("u", 0);
    await simulator.initialize();
    const error = await assertRejects(() => within(SECONDS, eventually(simulator)), GuestError, message);
    assertEquals([error.phase, error.far.name], ["update", "RangeError"]);
    assertStringIncludes(error.far.stack, "goWrong");
  });

  test("an error surfaces at the end of the run, where nothing releases the last request", async (host) => {
    const system = await faulty({ place: "update", fault: "throw", at: 2 });
    const simulator = new Simulator(delegate(system, { mode, period: 1 }), { host });
    simulator.fix("u", 0);
    await simulator.initialize();
    await simulator.advanceTo(3);
    await assertRejects(() => within(SECONDS, simulator.end()), GuestError, "it went wrong");
    await simulator.end();
  });

  test("one guest's fault ends the run of several", async (host) => {
    const builder = new DiagramBuilder("several");
    for (const [name, fault] of [["a", "block"], ["b", "exit"], ["c", "block"]] as const) {
      const system = await faulty({ place: "update", fault, at: 1, milliseconds: 30 });
      builder.exportInput("u", builder.add(name, delegate(system, { mode, period: 1 })).input("u"));
    }
    const error = await assertRejects(() =>
      within(
        SECONDS,
        (async () => {
          await using simulator = new Simulator(builder.build(), { host });
          simulator.fix("u", 0);
          await simulator.initialize();
          await simulator.advanceTo(5);
        })(),
      ), GuestDiedError);
    assertEquals(error.guest, "b");
  });

  for (const place of ["construct", "initialize", "update"] as const) {
    test(`what does not answer at ${place} is a GuestTimeoutError`, async (host) => {
      const system = await faulty({ place, fault: "block", at: 1, milliseconds: 3000 });
      const error = await failure(host, system, mode);
      assertInstanceOf(error, GuestTimeoutError);
      assertEquals([error.guest, error.mode, error.seconds], ["guest", mode, 1.5]);
      // A thread cannot be killed: it comes back and ends by itself, which this test has to see.
      if (mode === "thread") await new Promise((resolve) => setTimeout(resolve, 2000));
    }, { timeout: 1.5 });
  }

  test("a module that is not there on the far side is a GuestError", async (host) => {
    const system = await faulty({ place: "update", fault: "throw", at: 9 });
    const module = new URL("./no_such_module.ts", FAULTY).href;
    const error = await failure(host, { ...system, reference: { module, export: "faulty" } }, mode);
    assertInstanceOf(error, GuestError);
    assertEquals([error.mode, error.phase], [mode, "load"]);
    assertStringIncludes(error.message, "no_such_module.ts");
  });

  for (
    const [name, message] of [
      ["missing", "there is no such export"],
      ["number", "it is not a system"],
      ["nothing", "it is not a system"],
      ["onlyNear", mode === "thread" ? "there is no such export" : undefined],
      ["toString", "there is no such export"],
    ] as const
  ) {
    if (message === undefined) continue;
    test(`the export ${name}, which is no system there, is a GuestError`, async (host) => {
      const system = await faulty({ place: "update", fault: "throw", at: 9 });
      const error = await failure(host, { ...system, reference: { module: FAULTY, export: name } }, mode);
      assertInstanceOf(error, GuestError);
      assertEquals([error.mode, error.phase, error.far.name], [mode, "construct", "TypeError"]);
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.message, name);
    });
  }

  test("ports that differ on the far side are a GuestError with both signatures", async (host) => {
    const system = await loadSystem({ module: FAULTY, export: "shapeShifter", argument: { near: Deno.pid } });
    const error = await failure(host, system, mode);
    assertInstanceOf(error, GuestError);
    assertStringIncludes(error.message, "() -> (y: scalar, z: scalar)");
    assertStringIncludes(error.message, "() -> (y: scalar) is wanted");
  });

  test("an argument that cannot cross is an UncloneableError", async (host) => {
    const system = await faulty({ place: "update", fault: "throw", at: 9 });
    const reference = { module: FAULTY, export: "faulty", argument: { near: () => 0 } };
    await assertRejects(() => run(host, { ...system, reference }, mode), UncloneableError);
  });

  test("what a guest prints goes to stderr and disturbs nothing", async (host) => {
    for (const place of ["construct", "initialize", "update", "output"] as const) {
      const system = await faulty({ place, fault: "print", text: "" });
      assertEquals((await run(host, system, mode))[0], 3);
    }
  });

  test("a rejection that a job left unhandled blames nobody else", async (host) => {
    for (let round = 0; round < 3; round++) {
      await run(host, await faulty({ place: "update", fault: "reject" }), mode);
      const [, , made] = await run(host, await faulty({ place: "update", fault: "throw", at: 9 }), mode);
      // A process has no event loop to hear of it: it stays as it is.
      if (mode === "thread") assertEquals(made, 1);
    }
  });

  test("what a job left behind and throws between jobs blames nobody else", async (host) => {
    for (let round = 0; round < 3; round++) {
      await run(host, await faulty({ place: "update", fault: "throw later" }), mode);
      await stillWorks(host, mode);
    }
  });

  test("of two runs at once on one host, one fails alone", async (host) => {
    const failing = await faulty({ place: "update", fault: "exit", at: 1 });
    const [error] = await Promise.all([failure(host, failing, mode), stillWorks(host, mode), stillWorks(host, mode)]);
    assertInstanceOf(error, GuestDiedError);
  });

  test("a host that closes under a run ends it", async (host) => {
    const other = new Host();
    const system = await faulty({ place: "update", fault: "block", at: 1, milliseconds: 100 });
    const running = failure(other, system, mode);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await within(SECONDS, other.close());
    const error = await running;
    if (!(error instanceof TypeError)) {
      assertInstanceOf(error, GuestDiedError);
      assertStringIncludes(error.message, "its host was closed");
    }
    await stillWorks(host, mode);
  });
}

Deno.test("what cannot cross is an UncloneableError in each mode, as an input and as an output", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const output = await loadSystem({ module: FAULTY, export: "uncloneable" });
    const error = await failure(host, output, mode);
    assertInstanceOf(error, GuestError);
    assertEquals([error.mode, error.phase, error.far.name], [mode, "output", "UncloneableError"]);

    const echo = await loadSystem({ module: import.meta.resolve("../../guests/law.ts"), export: "echo" });
    await using simulator = new Simulator(delegate(echo, { mode, period: 1 }), { host });
    for (const value of [() => 0, Symbol("s"), { deep: [() => 0] }, new Int32Array(new SharedArrayBuffer(4))]) {
      assertThrows(() => simulator.fix("u", value), UncloneableError, "Cannot set input echo.u: value");
    }
    simulator.fix("u", 1);
    await simulator.initialize();
  }
});

Deno.test("thread mode: self.close() is a GuestDiedError", async () => {
  await using host = new Host();
  for (const place of ["construct", "initialize", "update", "output"] as const) {
    const error = await failure(host, await faulty({ place, fault: "close", at: 1 }), "thread");
    assertInstanceOf(error, GuestDiedError);
    assertStringIncludes(error.message, "it ended by itself");
  }
  await stillWorks(host, "thread");
});

async function untilExists(path: string): Promise<void> {
  while (!await Deno.stat(path).then(() => true, () => false)) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("thread mode: a guest that does not come back is a GuestStuckError of close()", async () => {
  const host = new Host();
  const folder = await Deno.makeTempDir({ prefix: "holdfast-" });
  const begun = `${folder}/begun`;
  const system = await faulty({ place: "update", fault: "block", at: 0, milliseconds: 2000, begun });
  const simulator = new Simulator(delegate(system, { mode: "thread", period: 1, deterministic: false }), { host });
  simulator.fix("u", 0);
  await simulator.initialize();
  await simulator.advanceTo(1);
  // A guest that is stopped before it takes the request does not block at all.
  await within(SECONDS, untilExists(begun));
  await Deno.remove(folder, { recursive: true });
  await within(SECONDS, simulator.end());
  await assertRejects(() => within(SECONDS, host.close()), GuestStuckError, "call Deno.exit()");
  await host.close();
  // It comes back in the end, and ends: otherwise this test leaks.
  await new Promise((resolve) => setTimeout(resolve, 2000));
});

Deno.test("thread mode: a guest that comes back late does not keep its process alive", async () => {
  const script = `
    import { Simulator } from ${JSON.stringify(import.meta.resolve("../../../lib/simulator/mod.ts"))};
    import { delegate } from ${JSON.stringify(import.meta.resolve("../../../lib/diagram/mod.ts"))};
    import { Host, loadSystem } from ${JSON.stringify(import.meta.resolve("../../../lib/host/mod.ts"))};
    const argument = { near: Deno.pid, place: "update", fault: "block", milliseconds: 1000 };
    const system = await loadSystem({ module: ${JSON.stringify(FAULTY)}, export: "faulty", argument });
    await using host = new Host({ timeout: 0.2 });
    try {
      await using simulator = new Simulator(delegate(system, { mode: "thread", period: 1 }), { host });
      simulator.fix("u", 0);
      await simulator.initialize();
      await simulator.advanceTo(2);
    } catch (error) {
      console.log(error.name);
    }
  `;
  const { code, stdout } = await within(SECONDS, runScript(script).output());
  assertEquals([code, new TextDecoder().decode(stdout)], [0, "GuestTimeoutError\n"]);
});

Deno.test("process mode: SIGKILL during and between steps is a GuestDiedError", async () => {
  await using host = new Host();
  for (const place of ["construct", "initialize", "update", "output"] as const) {
    const error = await failure(host, await faulty({ place, fault: "kill", at: 1 }), "process");
    assertInstanceOf(error, GuestDiedError);
    assertStringIncludes(error.message, "it was killed by SIGKILL");
  }
  const during = await faulty({ place: "update", fault: "block", at: 1, milliseconds: 60_000 });
  for (
    const [system, wait] of [[during, 50], [await faulty({ place: "update", fault: "throw", at: 99 }), 0]] as const
  ) {
    await using simulator = new Simulator(delegate(system, { mode: "process", period: 1 }), { host });
    simulator.fix("u", 0);
    await simulator.initialize();
    await simulator.advanceTo(2);
    const pid = simulator.context.output("pid") as number;
    assert(await exists(pid));
    if (wait > 0) setTimeout(() => kill(pid), wait);
    else Deno.kill(pid, "SIGKILL");
    const error = await assertRejects(() => within(SECONDS, simulator.advanceTo(5)), GuestDiedError);
    assertStringIncludes(error.message, "it was killed by SIGKILL");
    await gone(pid);
  }
  await stillWorks(host, "process");
});

Deno.test("process mode: a warm guest that was killed is not used again", async () => {
  await using host = new Host();
  for (let round = 0; round < 3; round++) {
    const pid = await stillWorks(host, "process");
    Deno.kill(pid, "SIGKILL");
    await gone(pid);
    assert((await stillWorks(host, "process")) !== pid);
  }
});

Deno.test("process mode: bytes that are no frames are a ProtocolError that names the guest", async () => {
  await using host = new Host();
  for (const place of ["construct", "initialize", "update", "output"] as const) {
    const error = await failure(host, await faulty({ place, fault: "foreign bytes", at: 1 }), "process");
    assertInstanceOf(error, ProtocolError);
    assertStringIncludes(error.message, "guest (process mode)");
    assertStringIncludes(error.message, "these are no frames");
  }
  await stillWorks(host, "process");
});

Deno.test("process mode: what a guest prints is on stderr", async () => {
  const script = `
    import { Simulator } from ${JSON.stringify(import.meta.resolve("../../../lib/simulator/mod.ts"))};
    import { delegate } from ${JSON.stringify(import.meta.resolve("../../../lib/diagram/mod.ts"))};
    import { Host, loadSystem } from ${JSON.stringify(import.meta.resolve("../../../lib/host/mod.ts"))};
    const argument = { near: Deno.pid, place: "update", fault: "print", text: "printed by the guest" };
    const system = await loadSystem({ module: ${JSON.stringify(FAULTY)}, export: "faulty", argument });
    await using host = new Host();
    for (const mode of ${JSON.stringify(ELSEWHERE)} as const) {
      await using simulator = new Simulator(delegate(system, { mode, period: 1 }), { host });
      simulator.fix("u", 0);
      await simulator.initialize();
      await simulator.advanceTo(1);
    }
  `;
  const { code, stdout, stderr } = await within(SECONDS, runScript(script).output());
  assertEquals([code, new TextDecoder().decode(stdout)], [0, ""]);
  assertEquals(new TextDecoder().decode(stderr).split("printed by the guest").length - 1, 16);
});

Deno.test("process mode: guests end when their host is killed", async () => {
  const script = `
    import { Simulator } from ${JSON.stringify(import.meta.resolve("../../../lib/simulator/mod.ts"))};
    import { delegate } from ${JSON.stringify(import.meta.resolve("../../../lib/diagram/mod.ts"))};
    import { Host, loadSystem } from ${JSON.stringify(import.meta.resolve("../../../lib/host/mod.ts"))};
    const argument = { near: Deno.pid, place: "update", fault: "block", at: 1, milliseconds: 300 };
    const system = await loadSystem({ module: ${JSON.stringify(FAULTY)}, export: "faulty", argument });
    const host = new Host();
    const pids = [];
    for (let index = 0; index < 2; index++) {
      const simulator = new Simulator(delegate(system, { mode: "process", period: 1 }), { host });
      simulator.fix("u", 0);
      await simulator.initialize();
      pids.push(simulator.context.output("pid"));
      // The second guest works when its host is killed, the first one waits.
      await simulator.advanceTo(2 * index);
    }
    console.log(JSON.stringify(pids));
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  `;
  const child = runScript(script).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await within(SECONDS, reader.read());
  const pids: number[] = JSON.parse(value);
  assertEquals((await Promise.all(pids.map(exists))).filter(Boolean).length, 2);
  child.kill("SIGKILL");
  await Promise.all(pids.map(gone));
  await Promise.all([reader.cancel(), child.stderr.cancel(), child.status]);
});

function runScript(source: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-lock",
      "--allow-all",
      "--no-check",
      `data:text/typescript,${encodeURIComponent(source)}`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("process mode: a guest may do nothing but what the host permits", async () => {
  const attempts: Attempt[] = ["env", "net", "read", "write", "run", "sys", "ffi"];
  const permissions = {
    env: true,
    net: ["127.0.0.1"],
    read: true,
    write: true,
    run: [Deno.execPath()],
    sys: true,
    ffi: true,
  };
  await using strict = new Host();
  await using wide = new Host({ permissions });
  for (const attempt of attempts) {
    const argument = { near: Deno.pid, attempt };
    const system = await loadSystem({ module: FAULTY, export: "curious", argument });
    const error = await failure(strict, system, "process");
    assertInstanceOf(error, GuestError, attempt);
    assertEquals([error.phase, error.far.name], ["output", "NotCapable"], attempt);
    if (attempt !== "ffi") assert(await run(wide, system, "process"), attempt);
  }
});
