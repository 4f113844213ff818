import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Far more than any chain of certificates needs. */
const MAX_OCTETS = 1024 * 1024;

/** What is there instead of a file to read: nothing, a link, a socket, a file in a folder's place. */
const UNREADABLE_KINDS = new Set(['ENOENT', 'ELOOP', 'ENXIO', 'ENOTDIR']);

/** A file's text and its permission bits. */
export interface SmallFile {
  readonly text: string;
  readonly mode: number;
}

/**
 * A regular file of bounded size; `undefined` for anything else. Others may write beside us, so a
 * link is not followed, a FIFO is not waited for and a huge file is not read.
 */
export async function readSmallFile(path: string): Promise<SmallFile | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    await using handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_OCTETS) return undefined;
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(stats.size) });
    return { text: buffer.toString('utf8', 0, bytesRead), mode: stats.mode & 0o777 };
  } catch (error) {
    if (UNREADABLE_KINDS.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
