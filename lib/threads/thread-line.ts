import type { MessagePort } from "node:worker_threads";
import { StartupError } from "../errors";

/** What one thread can ask another: by name, what becomes of a value. Both values are copied on their way, so they are plain data. */
export type Questions = Record<string, (given: never) => unknown>;

interface Asked {
  id: number;
  name: string;
  given: unknown;
}

interface Fault {
  isStartup: boolean;
  code?: string;
  message: string;
  stack?: string;
}

type Reply = { id: number; value: unknown } | { id: number; fault: Fault };

/** The thread at the other end: a worker, or a port to one. */
interface OtherEnd {
  on(event: "message", take: (reply: Reply) => void): unknown;
  postMessage(asked: Asked): void;
}

/** Answers what is asked over a port, several questions at once. A fault goes back to whoever asked. */
export function answerQuestions(port: MessagePort, questions: Questions): void {
  port.on("message", ({ id, name, given }: Asked) => {
    const answer = questions[name] as (given: unknown) => unknown;
    void Promise.resolve()
      .then(() => answer(given))
      .then(
        (value) => port.postMessage({ id, value } satisfies Reply),
        (error: Error & { code?: unknown }) => {
          const { code, message, stack } = error;
          const fault = { isStartup: error instanceof StartupError, message, stack, ...(typeof code === "string" && { code }) };
          port.postMessage({ id, fault } satisfies Reply);
        },
      );
  });
}

/** The asking end of a line to a thread that answers Q. */
export class ThreadLine<Q extends Questions> {
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private last = 0;
  private broken: Error | undefined;

  constructor(private readonly other: OtherEnd) {
    other.on("message", (reply: Reply) => this.take(reply));
  }

  /**
   * Asks, and waits for the answer.
   * @throws StartupError the one that was thrown there; Error, with its `code`, when it failed otherwise, or its thread has ended
   */
  ask<N extends keyof Q & string>(name: N, ...[given]: Parameters<Q[N]>): Promise<Awaited<ReturnType<Q[N]>>> {
    if (this.broken) return Promise.reject(this.broken);
    const id = (this.last += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.other.postMessage({ id, name, given } satisfies Asked);
    });
  }

  /** Fails what was asked and what will be: its thread has ended. */
  end(error: Error): void {
    this.broken ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private take(reply: Reply): void {
    const one = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (!one) return;
    if ("value" in reply) return one.resolve(reply.value);
    const { isStartup, code, message, stack } = reply.fault;
    const error = isStartup ? new StartupError(code ?? "", message) : Object.assign(new Error(message), code !== undefined && { code });
    if (stack !== undefined) error.stack = stack;
    one.reject(error);
  }
}
