import type { Response } from 'express';
import { malformed } from '../malformed.ts';
import { writeSlices } from '../send-octets.ts';
import type { Form } from './form.ts';
import type { Item } from './items.ts';

/** What became of one item. */
export interface Result {
  /** The status with which the item alone would have been answered. */
  readonly status: number;
  /** The body of that answer. */
  readonly body: unknown;
  /** What is answered for the batch where nothing of it can be done; absent where it is the item's own affair. */
  readonly ourFault?: Error;
}

/**
 * Answers chunk after chunk, in their order. While one becomes durable and is sent, the next one is
 * worked on, and no third is read before the first is with the client.
 *
 * Where nothing of the first chunk can be done for reasons of ours, the whole batch is answered so.
 */
export async function answerInChunks(
  res: Response,
  form: Form,
  parts: {
    readonly chunks: AsyncIterable<readonly Item[]>;
    readonly work: (chunk: readonly Item[]) => Promise<readonly Result[]>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { chunks, work, signal } = parts;
  let sent: Promise<void> | undefined;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    const results = work(chunk);
    const before = sent;
    if (!before) begin(res, form, await results);
    const textOf = before ? form.next : form.first;
    sent = sendAfter(before, { res, results, textOf, signal });
    // It is looked at with the next chunk, which may be long in coming.
    sent.catch(() => undefined);
    await before;
  }
  if (!sent) throw malformed([{ pointer: '', detail: 'holds no item' }]);
  await sent;
  res.end(form.end);
}

function begin(res: Response, { mediaType }: Form, results: readonly Result[]): void {
  const [first] = results;
  if (first?.ourFault !== undefined && results.every(({ ourFault }) => ourFault !== undefined)) {
    throw first.ourFault;
  }
  res.status(200).type(mediaType).set('Cache-Control', 'no-store');
}

async function sendAfter(
  before: Promise<void> | undefined,
  parts: {
    readonly res: Response;
    readonly results: Promise<readonly Result[]>;
    readonly textOf: Form['next'];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { res, textOf, signal } = parts;
  const results = await parts.results;
  await before;
  const texts = results.map(({ status, body }) => JSON.stringify({ status, body }));
  await writeSlices(res, Buffer.from(textOf(texts)));
  signal.throwIfAborted();
}
