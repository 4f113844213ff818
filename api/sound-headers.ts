import type { RequestHandler } from 'express';
import { PkiError } from '../src/errors.ts';

/** Node takes the first of two, where a proxy in front of it may have judged the other. */
const ONCE = ['host', 'authorization', 'content-type'];

/** RFC 9110 §7.2: a registered name or an address, and perhaps a port. */
const HOST = /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/** Refuses headers by which two readers could make different things of a request. */
export const requireSoundHeaders: RequestHandler = (req, res, next) => {
  const { headersDistinct: headers, httpVersion } = req;
  for (const name of ONCE) {
    if ((headers[name]?.length ?? 0) > 1) throw malformed(`the header ${name} must be there once`);
  }
  const [host] = headers['host'] ?? [];
  // RFC 9112 §3.2: every request names its host, HTTP/1.0 excepted.
  if (host === undefined && httpVersion !== '1.0') throw malformed('the header Host is missing');
  if (host !== undefined && !HOST.test(host)) throw malformed('the header Host names no host');
  // RFC 9112 §6.1: a coding that is not undone must not be passed over.
  const [coding = 'chunked', ...more] = headers['transfer-encoding'] ?? [];
  if (more.length > 0 || coding.toLowerCase() !== 'chunked') {
    res.setHeader('Connection', 'close');
    throw malformed('the header Transfer-Encoding may say chunked alone');
  }
  next();
};

function malformed(detail: string): PkiError {
  return new PkiError('request-malformed', detail);
}
