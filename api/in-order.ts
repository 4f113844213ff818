import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** More of one connection are not read before some are answered: hardly any client asks again before it has its answer. */
const MAX_WAITING = 100;

/** What is read already is taken apart all the same, thousands of small requests perhaps, each of which takes memory. */
const TOO_MANY_WAITING = 3 * MAX_WAITING;

type Exchange = readonly [IncomingMessage, ServerResponse];

/**
 * Has the requests of a connection answered one after the other: what a client sends ahead is begun once what it sent before
 * is answered (RFC 9112 §9.3.2 asks that of all but safe methods), and what many send ahead is left with them. Whoever floods
 * a connection loses it.
 */
export function inOrder(app: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, Exchange[]>();
  const begin = (socket: Socket, rest: Exchange[], [req, res]: Exchange) => {
    res.once('close', () => {
      const next = rest.shift();
      if (!next) waiting.delete(socket);
      else if (socket.writable) begin(socket, rest, next);
      if (rest.length === MAX_WAITING - 1) socket.resume();
    });
    app(req, res);
  };
  return (req, res) => {
    const { socket } = req;
    const before = waiting.get(socket);
    if (!before) {
      const rest: Exchange[] = [];
      waiting.set(socket, rest);
      begin(socket, rest, [req, res]);
      return;
    }
    if (before.length >= TOO_MANY_WAITING) {
      socket.destroy();
      return;
    }
    before.push([req, res]);
    if (before.length === MAX_WAITING) socket.pause();
  };
}
