/**
 * What each program is asked, and which program puts its bug right where it has no such variant itself.
 */

/** What is taught of a program. */
export interface Lesson {
  /** The question that it answers. */
  readonly question: string;
  /** The program, and perhaps its variant, that does the same without the bug. */
  readonly fix?: { readonly program: string; readonly variant?: string };
}

/** By the program's name. */
export const lessons: Readonly<Record<string, Lesson>> = {
  threads: { question: "In which order do threads start and finish?" },
  daemon: { question: "Who waits for a thread when the program ends?" },
  executor: { question: "How are many calls handed to a few workers, with no failure lost?" },
  race: { question: "Two tasks add one. How can the counter be 1?", fix: { program: "lock" } },
  lock: { question: "How is an addition kept whole?" },
  bank: { question: "How can two customers take out more than there is?" },
  "self-deadlock": {
    question: "What happens to a task that acquires the lock that it already holds?",
    fix: { program: "rlock" },
  },
  deadlock: { question: "Why do two tasks wait for each other forever?" },
  rlock: { question: "How can a function that locks call another one that locks?" },
  "producer-consumer-lock": { question: "Can two locks pass messages from one task to another?" },
  "producer-consumer-event": {
    question: "Is an event enough to say that no more messages come?",
    fix: { program: "producer-consumer-queue", variant: "close" },
  },
  burst: { question: "Where do messages go that come faster than they are taken?" },
  "use-after-close": { question: "When may a file be closed that somebody else writes to?" },
  "producer-consumer-queue": { question: "How does a consumer learn that the queue has come to its end?" },
  semaphore: { question: "How are at most two customers let in at once?" },
  timer: { question: "Can a timer still run after it was cancelled?" },
  barrier: { question: "How do all wait until everybody is there?" },
  condition: { question: "How does a task wait until something holds, and who tells it?" },
  event: { question: "How do many wait for one thing that happens?" },
  multitasking: { question: "Which work gains from concurrency, and from which kind?" },
  pi: { question: "How much sooner do several workers count the same points?" },
  "pi-queue": { question: "Does it matter how the samples are split?" },
  "pi-queue-broken": { question: "In how many ways can one queue of points go wrong?" },
  "pi-pool": { question: "What if a worker dies in the middle?" },
  sort: { question: "What does a worker cost before it has done anything?" },
  counter: { question: "Is an increment one step?" },
  "fib-channel": { question: "Is each job done once, whoever takes it?" },
  "channel-leak": { question: "What becomes of workers when nobody closes their channel?" },
  "light-ml": { question: "How do several workers save models without saving one twice?" },
  "channel-states": { question: "When does a channel wait, when does it give, and when does it fail?" },
  "channel-producer": { question: "What does a consumer see when its producer ends, or fails?" },
  "remote-jobs": { question: "How do workers elsewhere take jobs, and how do errors come back?" },
  "euler-process": { question: "How is a process told to stop, and what is left of it?" },
  "euler-pool": { question: "How are long calls of a pool ended early?" },
  "dir-info": { question: "What may a subprocess see that only walks one folder?" },
  logging: { question: "In which order do the lines of many workers stand?" },
};
