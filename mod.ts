/**
 * Holdfast: a Deno-first, scriptable testbed for concurrent programs and simulated systems.
 *
 * Write a system once; run it inline, in Web Workers or in subprocesses; get the same outputs, bit for bit.
 *
 * @example
 * ```ts
 * import { busy, clock, delegate, DiagramBuilder, Simulator } from "./mod.ts";
 * import { Host } from "./mod.ts";
 *
 * const builder = new DiagramBuilder("first");
 * const time = builder.add("time", clock());
 * const worker = builder.add("worker", delegate(busy({ period: 0.1, burn: "none" }), { mode: "direct", period: 0.1 }));
 * builder.connect(time.output("t"), worker.input("u"));
 * builder.exportOutput("y", worker.output("y"));
 *
 * await using host = new Host();
 * await using simulator = new Simulator(builder.build(), { host });
 * await simulator.initialize();
 * await simulator.advanceTo(0.4);
 * if (simulator.context.output("y") !== 1.2) throw new Error("one period late, as a zero-order hold");
 * ```
 *
 * @module
 */

// What callers may catch.
export {
  AlgebraicLoopError,
  BrokenFutureError,
  DiagramError,
  type DroppedCall,
  DroppedStepsError,
  EventFailedError,
  type FarError,
  GuestDiedError,
  GuestError,
  type GuestPhase,
  GuestStuckError,
  GuestTimeoutError,
  LoggingError,
  MemoryFullError,
  PropertyError,
  ProtocolError,
  StoppedError,
  UncloneableError,
  UnfetchedFailureError,
} from "./lib/errors.ts";

// diagram: what is connected.
export {
  abstract,
  type AbstractType,
  defineSystem,
  delegate,
  type DelegatedSystem,
  type DelegateOptions,
  type Diagram,
  DiagramBuilder,
  didNothing,
  type EventStatus,
  failed,
  type LeafSystem,
  type Part,
  type Ports,
  type PortType,
  reachedTermination,
  scalar,
  type ScalarType,
  succeeded,
  type System,
  type SystemReference,
  type SystemSpec,
  type Vector,
  vector,
  type VectorType,
} from "./lib/diagram/mod.ts";

// blocks: ready systems.
export {
  adder,
  type Burn,
  burnCpu,
  busy,
  clock,
  constant,
  delay,
  formatGeneral,
  gain,
  integrator,
  type Log,
  logSink,
  printer,
  table,
  unitDelay,
  zeroOrderHold,
} from "./lib/blocks/mod.ts";

// simulator: who moves time.
export {
  type AdvanceStatus,
  type Arrivals,
  ChromeTrace,
  type Counters,
  type Difference,
  firstDifference,
  type Lag,
  type Monitor,
  type Observer,
  Simulator,
  type SimulatorOptions,
  type SimulatorSnapshot,
  type Span,
  Trace,
  type TraceEvent,
} from "./lib/simulator/mod.ts";

// random: chance that is a value.
export {
  type CircleKernel,
  circleKernels,
  countInside,
  type CountInsideOptions,
  isInside,
  type Point,
  pointOf,
  type RandomStream,
  randomStream,
} from "./lib/random/mod.ts";

// memory: operations as data, performed on a model or on shared words.
export {
  Layout,
  type Memory,
  ModelMemory,
  type Operation,
  runBlocking,
  SharedMemory,
  type Steps,
} from "./lib/memory/mod.ts";

// sync: primitives on memory operations.
export {
  type Barrier,
  barrier,
  type BarrierStatistics,
  type BarrierWaitOptions,
  type Blocking,
  type Body,
  boundedSemaphore,
  type CancelToken,
  cancelToken,
  cell,
  cells,
  type Condition,
  condition,
  type Event,
  event,
  type Latch,
  latch,
  type LatchStatistics,
  type Lock,
  lock,
  type LockOptions,
  type Once,
  once,
  type OnceStatistics,
  type OnceTurn,
  type Promised,
  type RLock,
  rlock,
  type RWLock,
  rwlock,
  type Semaphore,
  semaphore,
  type Shareable,
  type Shareables,
  type Shared,
  type SharedArray,
  type SharedCell,
  Space,
  type Timer,
  timer,
  type TimerClaim,
  type TimerOptions,
  type TimerPhase,
  type TimerStatistics,
  until,
  type View,
  type Views,
  type WaitGroup,
  waitGroup,
  type WaitGroupStatistics,
  type WaitOptions,
} from "./lib/sync/mod.ts";

// codec: values as bytes.
export { decode, encode } from "./lib/codec/mod.ts";

// mailbox: values across a boundary.
export {
  Channel,
  channel,
  type ChannelOperation,
  Future,
  future,
  Queue,
  queue,
  select,
  type Selected,
} from "./lib/mailbox/mod.ts";

// program: shared things, tasks, and what must come out; who performs the operations, and when.
export {
  type AnyProgram,
  defineProgram,
  ensure,
  type Failed,
  isProgram,
  type Parameter,
  type ParameterTable,
  pause,
  type Program,
  type ProgramSpec,
  type ProgramTask,
  runCooperative,
  type Settings,
  settingsOf,
  type TaskFailure,
} from "./lib/program/mod.ts";

// logging: records of many guests in one order, and in files.
export {
  checkLoggingSettings,
  configureGuestLogging,
  getLogger,
  type GuestLogging,
  type GuestLoggingOptions,
  guestLoggingUrl,
  lineText,
  LogBook,
  type LogBookOptions,
  type LogFormat,
  type Logger,
  type LoggerSettings,
  type LoggingSettings,
  type LogLevel,
  type LogLimit,
  type LogLine,
  type LogMethod,
  type LogOrder,
  type NumberedLine,
} from "./lib/logging/mod.ts";

// mode: where guests run.
export {
  type AnyHostProgram,
  type AnyModeName,
  attach,
  defineHostProgram,
  type GuestFunctions,
  type GuestNeeds,
  type GuestOptions,
  type GuestPermissions,
  type GuestSetup,
  Host,
  type HostContext,
  type HostEnd,
  type HostOptions,
  type HostProgram,
  type HostProgramSpec,
  isHostProgram,
  loadProgram,
  loadSystem,
  type Mode,
  type ModeName,
  move,
  MOVED,
  type Moved,
  type NamedCall,
  needsOf,
  type ProgramOptions,
  type ProgramReport,
  programsOf,
  type Realm,
  type RealmListener,
  type ReportTable,
  type RunnableProgram,
  sameData,
  type ServiceContext,
  type ServiceLogging,
  share,
  type SharedCall,
  type ShareHandle,
  type ShareOptions,
  type Sharing,
} from "./lib/host/mod.ts";

// pool: the functions of a module, run by guests.
export {
  type ArgumentOf,
  type Arrived,
  asCompleted,
  type CallState,
  type CloseOptions,
  type CompletedOptions,
  type FutureWaitOptions,
  Guest,
  type GuestLane,
  GuestLog,
  type GuestLogOptions,
  type GuestSettings,
  type GuestState,
  type ItemOf,
  type LogTarget,
  type MapOptions,
  type Mapped,
  type NameOf,
  Pool,
  PoolFuture,
  type PoolOptions,
  type PoolStatistics,
  type RunOptions,
  type SharedBy,
  type ThingsOf,
  type ValueOf,
  wait,
  type WaitForOptions,
} from "./lib/pool/mod.ts";

// programs: the examples, by name on the command line.
export { programs } from "./lib/programs/mod.ts";

// explorer: all the orders in which tasks can act.
export {
  type BugKind,
  CUT,
  explore,
  type ExploreOptions,
  type ExploreResult,
  type Point as SchedulePoint,
  replay,
  type ReplayResult,
  type RunEnd,
  type Scheduler,
  type Strategy,
} from "./lib/explorer/mod.ts";

// testing: properties for users' own tests; fast-check is handed in. Whether histories are linearizable.
export {
  assertLinearizable,
  checkEquivalence,
  checkLinearizable,
  checkZeroOrderHold,
  type FastCheck,
  type HistoryCall,
  holds,
  type LinearizabilityVerdict,
  partsOf,
  type ProgramCheckOptions,
  type ProgramReference,
  type ScheduledRun,
  schedules,
  sequentialChannel,
  sequentialEvent,
  sequentialLatch,
  sequentialLock,
  sequentialPriorityQueue,
  sequentialQueue,
  sequentialRegister,
  sequentialRendezvous,
  sequentialRLock,
  sequentialRWLock,
  sequentialSemaphore,
  type SequentialSpecification,
  sequentialStack,
  type SystemCheckOptions,
} from "./lib/testing/mod.ts";
