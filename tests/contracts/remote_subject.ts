/**
 * Remote memory under the contract suite: its owner is in this process, behind the encoding that real guests use.
 *
 * @module
 */

import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  type MemoryRequest,
} from "../../lib/host/shared/memory_request.ts";
import { MemoryOwner } from "../../lib/host/program/memory_owner.ts";
import type { ProgramJob } from "../../lib/host/program/run.ts";
import {
  type Answer,
  type Chooser,
  type Layout,
  type Memory,
  ModelMemory,
  type Operation,
  RemoteMemory,
  runAsynchronous,
  seededChooser,
} from "../../lib/memory/mod.ts";
import { type MemorySubject, realClock, type TaskResults } from "./memory_subjects.ts";
import { stepsOf, type TaskCall } from "./memory_tasks.ts";
import { runs } from "./soak.ts";

/** A remote memory whose owner answers at once. */
export const remoteSubject: MemorySubject = {
  name: "RemoteMemory",
  concurrentRuns: runs(20),
  rounds: 20,

  create(layout: Layout, chooser?: Chooser): Memory {
    const model = new ModelMemory(layout);
    const ask = (request: MemoryRequest): unknown => {
      const arrived = decodeRequest(encodeRequest(request), new Map());
      let answer: Uint8Array;
      try {
        answer = encodeAnswer({ value: arrived.kind === "ticket" ? model.ticket() : model.perform(arrived) });
      } catch (error) {
        answer = encodeAnswer({ error });
      }
      return decodeAnswer(answer);
    };
    return new RemoteMemory(layout, {
      perform: (operation) => ask(operation) as Answer,
      ticket: () => ask({ kind: "ticket" }) as number,
      clock: () => model.clock,
      ...chooser === undefined ? {} : { chooser },
    });
  },

  /** Runs real tasks of an owner; their requests arrive in an order determined by the seed. */
  async run(layout: Layout, calls: readonly TaskCall[], seed: number): Promise<TaskResults> {
    const asks: { task: number; bytes: Uint8Array; answer: (bytes: Uint8Array) => void }[] = [];
    const names = calls.map(({ task }, at) => `${task} ${at}`);
    // The words belong to no thing: the tasks may access them directly.
    const things = Object.assign(new Map(), { allows: () => true });
    const space = { layout, isLane: () => false, attach: () => ({ shared: {}, things }), *initialize() {} };
    const owner = new MemoryOwner({ space, names, settings: { seed } } as unknown as ProgramJob, {
      now: realClock,
      live: () => calls.length,
    });
    const chooser = seededChooser(seed);
    const deliver = () => {
      const [ask] = asks.splice(chooser(asks.length), 1);
      if (ask !== undefined) owner.ask(ask.task, ask.bytes, ask.answer);
    };
    const values = await Promise.all(calls.map((call, task) => {
      const performAsync = (operation: Operation): Answer | Promise<Answer> => {
        if (operation.kind === "now") return realClock();
        const answer = Promise.withResolvers<Uint8Array>();
        asks.push({ task, bytes: encodeRequest(operation), answer: answer.resolve });
        queueMicrotask(deliver);
        return answer.promise.then((bytes) => decodeAnswer(bytes) as Answer);
      };
      return runAsynchronous({ performAsync } as unknown as Memory, stepsOf(call));
    }));
    owner.close();
    return { values, memory: owner.memory };
  },
};
