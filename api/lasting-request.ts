import type { Socket } from 'node:net';
import type { Request, Response } from 'express';

const lasting = new WeakSet<Socket>();

/** Lets a request take as long to arrive as it likes; whoever reads it has bounds of its own for that. */
export function letLast(req: Request, res: Response): void {
  const { socket } = req;
  lasting.add(socket);
  res.once('close', () => lasting.delete(socket));
}

/** Whether the request on this connection may take as long as it likes. */
export function mayLast(socket: Socket): boolean {
  return lasting.has(socket);
}
