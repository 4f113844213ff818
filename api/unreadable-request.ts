import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** A request that Node's parser gave up on, before there was anything to route. */
export interface UnreadableRequest {
  readonly requestId: string;
  readonly status: number;
  /** Node's word for it, such as `HPE_HEADER_OVERFLOW`. */
  readonly reason: string;
}

const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers on the bare socket in the form of every other refusal (RFC 9457), and closes it. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): UnreadableRequest {
  const requestId = randomUUID();
  const reason = error.code ?? 'unknown';
  const status = STATUSES[reason] ?? 400;
  if (!socket.writable || reason === 'ECONNRESET') {
    socket.destroy();
    return { requestId, status, reason };
  }
  const title = STATUS_CODES[status] ?? '';
  const instance = `urn:uuid:${requestId}`;
  const body = JSON.stringify({ type: 'about:blank', title, status, instance });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  return { requestId, status, reason };
}
