import type { Serializable } from 'node:child_process';
import type { Socket } from 'node:net';
import { PkiError, type PkiErrorCode } from '../src/errors.ts';

/** The channel between two of our processes, seen from either: `process` itself, or a child. */
export interface Channel {
  readonly connected: boolean;
  on(event: 'message', listener: (message: unknown, handle?: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  send?(
    message: Serializable,
    handle: Socket | undefined,
    options: { readonly keepOpen: boolean },
    /** Hears of what could not be sent, which is an event of the channel otherwise. */
    callback: () => void,
  ): unknown;
}

/** What one process may ask of the other. */
export type Handlers = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/** An error in a form that can be cloned. */
export interface Failure {
  /** Absent for what is no refusal but a fault. */
  readonly code?: PkiErrorCode;
  readonly message: string;
  readonly violations?: PkiError['violations'];
  readonly parameters?: PkiError['parameters'];
  readonly retryAfterMs?: number;
}

type Message =
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly what: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure };

/**
 * Questions and answers between two of our processes, both ways. Arguments and results are values
 * that can be cloned; refusals arrive as the refusals that they are.
 */
export class Link {
  readonly #channel: Channel;
  readonly #handlers: Handlers;
  readonly #asked = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >();
  #nextId = 1;
  #hasEnded = false;

  constructor(channel: Channel, handlers: Handlers) {
    this.#channel = channel;
    this.#handlers = handlers;
    channel.on('message', (message, handle) => {
      this.#receive(message as Message, handle as Socket | undefined);
    });
    channel.on('disconnect', () => this.end());
  }

  /**
   * Asks, and hands `connection` over with that; here it stays open, for the caller to close.
   *
   * @throws {PkiError} what the other process refuses
   */
  ask<T>(what: string, args: readonly unknown[], connection?: Socket): Promise<T> {
    if (this.#hasEnded || !this.#channel.connected)
      return Promise.reject(new Error('the other process has ended'));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<T>((resolve, reject) => {
      this.#asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ kind: 'ask', id, what, args }, connection);
    });
  }

  #receive(message: Message, connection: Socket | undefined): void {
    if (message.kind === 'ask') {
      void this.#answer(message, connection);
      return;
    }
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (message.kind === 'answer') asked?.resolve(message.value);
    else asked?.reject(asError(message.failure));
  }

  async #answer(
    { id, what, args }: Extract<Message, { kind: 'ask' }>,
    connection: Socket | undefined,
  ): Promise<void> {
    let reply: Message;
    try {
      const handler = this.#handlers[what] as ((...all: unknown[]) => Promise<unknown>) | undefined;
      if (!handler) throw new Error(`nobody answers "${what}"`);
      const value = await handler(...(connection ? [...args, connection] : args));
      reply = { kind: 'answer', id, value };
    } catch (error) {
      reply = { kind: 'failure', id, failure: asFailure(error) };
    }
    this.#send(reply);
  }

  /** What cannot be sent any more was asked by a process that has ended, as it may have while this is on its way. */
  #send(message: Message, connection?: Socket): void {
    if (!this.#channel.connected) return;
    this.#channel.send?.(message, connection, { keepOpen: true }, () => undefined);
  }

  /**
   * Nothing is answered any more, and nothing can be asked. Of a process that was killed the channel may not tell, while
   * a connection is on its way there.
   */
  end(): void {
    this.#hasEnded = true;
    for (const { reject } of this.#asked.values()) reject(new Error('the other process has ended'));
    this.#asked.clear();
  }
}

function asFailure(error: unknown): Failure {
  if (!(error instanceof PkiError)) {
    return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const { code, message, violations, parameters, retryAfterMs } = error;
  return { code, message, violations, parameters, retryAfterMs };
}

function asError({ code, message, ...rest }: Failure): Error {
  return code === undefined ? new Error(message) : new PkiError(code, message, rest);
}
