import { WatchError } from './watch-failure.ts';

/** An object as it comes, before anything is known of it but what every object has. */
export interface RawObject {
  readonly metadata?: { readonly resourceVersion?: string };
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: RawObject;
}

/** An object of 1.5 MiB, the most that etcd takes, in JSON and Base64 is far below. */
const MAX_LINE_OCTETS = 16 * 1024 * 1024;
const TYPES: readonly unknown[] = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'];

/**
 * The events of a watch, one JSON document a line.
 *
 * @throws {WatchError} for an `ERROR` event
 */
export async function* watchEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  for await (const line of linesOf(body)) yield eventOf(line);
}

/** A line that was cut off is no line: the connection broke there. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let size = 0;
  for await (const chunk of body) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    size += first.length;
    for (const start of others) {
      const line = parts.join('');
      if (line.trim() !== '') yield line;
      parts = [start];
      size = start.length;
    }
    if (size > MAX_LINE_OCTETS) throw new Error('an event of the watch has no end');
  }
  if (parts.join('').trim() !== '') throw new Error('the watch was cut off within an event');
}

function eventOf(line: string): WatchEvent {
  const event = JSON.parse(line) as { type?: unknown; object?: unknown } | null;
  const { type, object } = event ?? {};
  const isObject = typeof object === 'object' && object !== null;
  if (type === 'ERROR') throw new WatchError(isObject ? object : {});
  if (!(isObject && TYPES.includes(type))) throw new Error('an event of the watch is unknown');
  return { type, object } as WatchEvent;
}
