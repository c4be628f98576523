/**
 * The question about each program, and the program that fixes its bug if no variant of its own does.
 */

/** The lesson about a program. */
export interface Lesson {
  /** The question that it answers. */
  readonly question: string;
  /** The program, and its variant if needed, that does the same without the bug. */
  readonly fix?: { readonly program: string; readonly variant?: string };
}

/** By the program's name. */
export const lessons: Readonly<Record<string, Lesson>> = {
  threads: { question: "In which order do threads start and finish?" },
  daemon: { question: "Who waits for a thread when the program ends?" },
  executor: { question: "How can a few workers handle many calls without losing a failure?" },
  race: { question: "Two tasks each add 1. How can the counter be 1?", fix: { program: "lock" } },
  lock: { question: "How do you make an addition atomic?" },
  bank: { question: "How can two customers take out more than there is?" },
  "self-deadlock": {
    question: "What happens to a task that acquires a lock it already holds?",
    fix: { program: "rlock" },
  },
  deadlock: { question: "Why do two tasks wait for each other forever?" },
  rlock: { question: "How can a function that takes a lock call another that takes it too?" },
  "producer-consumer-lock": { question: "Can two locks pass messages from one task to another?" },
  "producer-consumer-event": {
    question: "Is an event enough to say that there are no more messages?",
    fix: { program: "producer-consumer-queue", variant: "close" },
  },
  burst: { question: "Where do messages go when they arrive faster than they are taken?" },
  "use-after-close": { question: "When may you close a file that another task writes to?" },
  "producer-consumer-queue": { question: "How does a consumer learn that the queue has ended?" },
  semaphore: { question: "How do you let in at most two customers at once?" },
  timer: { question: "Can a timer still run after it is cancelled?" },
  barrier: { question: "How do tasks wait until all of them have arrived?" },
  condition: { question: "How does a task wait for a condition, and who tells it?" },
  event: { question: "How do many tasks wait for a single event?" },
  multitasking: { question: "Which work benefits from concurrency, and from which kind?" },
  pi: { question: "How much faster do several workers count the same points?" },
  "pi-queue": { question: "Does it matter how the samples are split?" },
  "pi-queue-broken": { question: "In how many ways can one queue of points go wrong?" },
  "pi-pool": { question: "What if a worker dies in the middle?" },
  sort: { question: "What does a worker cost before it does anything?" },
  counter: { question: "Is an increment one step?" },
  "fib-channel": { question: "Is each job done once, whoever takes it?" },
  "channel-leak": { question: "What happens to workers when nobody closes their channel?" },
  "light-ml": { question: "How do several workers save models without saving one twice?" },
  "channel-states": { question: "When does a channel wait, return a value, or fail?" },
  "channel-producer": { question: "What does a consumer see when its producer ends or fails?" },
  "remote-jobs": { question: "How do remote workers take jobs, and how do errors come back?" },
  "euler-process": { question: "How do you tell a process to stop, and what remains of it?" },
  "euler-pool": { question: "How do you end long calls of a pool early?" },
  "dir-info": { question: "What may a subprocess access if it only walks one folder?" },
  logging: { question: "In which order do the log lines of many workers appear?" },
};
