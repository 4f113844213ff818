import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemKinds } from './problem-kinds.ts';

/** A request that Node's parser gave up on, before there was anything to route. */
export interface UnreadableRequest {
  readonly requestId: string;
  readonly status: number;
  /** Node's word for it, such as `HPE_HEADER_OVERFLOW`. */
  readonly reason: string;
}

/** What is said of a request by Node's word for it. */
const FAULTS: Readonly<Record<string, { readonly status: number; readonly detail: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'request line and headers have more than 16 KiB' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request did not arrive in time' },
  HPE_INVALID_EOF_STATE: { status: 400, detail: 'the connection ended before the request did' },
};
const OTHER_FAULT = { status: 400, detail: 'the request is not HTTP/1.1 (RFC 9112)' };

/**
 * Answers on the bare socket in the form of every other refusal (RFC 9457), and closes it. Requests that came whole
 * before are answered first, or the refusal would be taken for the answer to one that may have been granted.
 */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): UnreadableRequest {
  const requestId = randomUUID();
  const reason = error.code ?? 'unknown';
  const { status, detail } = FAULTS[reason] ?? OTHER_FAULT;
  if (!socket.writable || reason === 'ECONNRESET') {
    socket.destroy();
    return { requestId, status, reason };
  }
  const instance = `urn:uuid:${requestId}`;
  const body = JSON.stringify({ ...kindOf(status), status, detail, instance });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  // What comes after it has no beginning, and is not read before there is nothing left to say.
  socket.pause();
  afterAnswers(socket, () => socket.end(`${head.join('\r\n')}\r\n\r\n${body}`).resume());
  return { requestId, status, reason };
}

/** What no route could have said, such as 431, has no kind of its own. */
function kindOf(status: number) {
  if (status !== 400) return { type: 'about:blank', title: STATUS_CODES[status] };
  const code = 'request-malformed';
  return { type: `/problems/${code}`, title: problemKinds[code].title, code };
}

/** Where Node keeps the answer that is the next one on a connection. */
interface Answering extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}

function afterAnswers(socket: Answering, then: () => void): void {
  const answer = socket._httpMessage;
  // A request that is not complete is the one that cannot be read.
  if (!answer?.req.complete) then();
  else answer.once('close', () => afterAnswers(socket, then));
}
