/**
 * A worker that sends as many messages as its name says, and one more for a message.
 *
 * @module
 */

interface Scope {
  readonly name: string;
  postMessage(message: unknown): void;
}

const { name, postMessage } = self as unknown as Scope;
for (let count = 0; count < Number(name); count++) postMessage([count]);
onmessage = ({ data }) => postMessage([data]);

export {};
