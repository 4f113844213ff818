import type { IncomingMessage } from 'node:http';
import { PkiError } from '../src/errors.ts';

/**
 * The whole body of a request. `admit` is told how many octets are to come on top of those before, and throws where
 * they are too many: the rest is passed over then, so that the connection can be used again.
 *
 * @throws {PkiError} `request-malformed` where the client does not finish it, or what `admit` throws
 */
export function readOctets(req: IncomingMessage, admit: (length: number) => void): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  const onData = (part: Buffer) => {
    try {
      admit(part.length);
      parts.push(part);
    } catch (error) {
      req.off('data', onData);
      req.resume();
      reject(error);
    }
  };
  const onBreak = () => reject(new PkiError('request-malformed', 'the body was cut off'));
  req.once('close', onBreak).once('error', onBreak);
  req.on('data', onData).once('end', () => {
    req.off('close', onBreak);
    resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
  });
  if (req.destroyed) onBreak();
  return promise;
}
