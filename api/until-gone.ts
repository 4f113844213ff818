import type { Request, Response } from 'express';

/** Once the client has gone, nothing more is begun, and nothing is left to be answered. */
export async function untilGone(
  { req, res }: { readonly req: Request; readonly res: Response },
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const gone = new AbortController();
  const { signal } = gone;
  const { socket } = req;
  const abort = () => gone.abort(new Error('the client has gone'));
  let isClosed = false;
  res.once('close', () => {
    isClosed = true;
    abort();
  });
  // It might have closed its half alone; so much is not begun on that chance.
  socket.once('end', abort);
  try {
    await work(signal);
  } catch (error) {
    // A request that broke off is nobody's fault here, and nobody is there to be told.
    const isForNobody = error === signal.reason || isClosed || (req.destroyed && !req.complete);
    if (!isForNobody) throw error;
    res.destroy();
  } finally {
    socket.off('end', abort);
  }
}
