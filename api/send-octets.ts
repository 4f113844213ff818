import type { Response } from 'express';
import { PkiError } from '../src/errors.ts';

/** One record of TLS. What a client does not read of it is held twice, in the clear and sealed. */
const SLICE_OCTETS = 16 * 1024;

/** Of one process: what lists and batches that have yet to be read take together. */
const MAX_UNREAD_OCTETS = 64 * 1024 * 1024;

let unreadOctets = 0;

/** Answers with `octets`, of which no more than a slice is handed on before the client has read the one before. */
export function sendOctets(res: Response, octets: Buffer): void {
  res.setHeader('Content-Length', octets.length);
  if (octets.length <= SLICE_OCTETS) res.end(octets);
  else void writeSlices(res, octets).then(() => res.end());
}

/**
 * The same of octets that no other answer shares.
 *
 * @throws {PkiError} `overloaded` where a reader asks, and too much waits to be read already
 */
export function sendOwnOctets(res: Response, octets: Buffer): void {
  // Whoever has gone meanwhile is told nothing, and does not close again.
  if (res.destroyed) return;
  if (octets.length > SLICE_OCTETS) {
    const isReading = res.req.method === 'GET' || res.req.method === 'HEAD';
    if (isReading && unreadOctets > 0 && unreadOctets + octets.length > MAX_UNREAD_OCTETS) {
      throw new PkiError('overloaded', 'too many long answers wait to be read');
    }
    unreadOctets += octets.length;
    res.once('close', () => {
      unreadOctets -= octets.length;
    });
  }
  sendOctets(res, octets);
}

/** Writes slice after slice; ends early where the client has gone. */
export async function writeSlices(res: Response, octets: Buffer): Promise<void> {
  for (let start = 0; start < octets.length && !res.destroyed; start += SLICE_OCTETS) {
    await written(res, octets.subarray(start, start + SLICE_OCTETS));
  }
}

/** What waits on a connection that closes is never called back. */
function written(res: Response, slice: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('close', done);
      resolve();
    };
    res.once('close', done);
    res.write(slice, done);
  });
}
