import type { OpenGet } from '../open-cluster.ts';
import type { RawObject } from './watch-events.ts';
import { kindOfFailure } from './watch-failure.ts';

/** As of what version, and which objects there are. */
export interface Listed<T> {
  readonly resourceVersion: string;
  readonly objects: readonly T[];
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly RawObject[] | null;
}

/** As kubectl and client-go have it: a page of Secrets is then a few MB. */
const PAGE_OBJECTS = 500;
/** What is read at a time; the largest object that etcd takes is a tenth of it. */
const PAGE_OCTETS = 16 * 1024 * 1024;
/** By which a page becomes smaller when it was larger than that. */
const SMALLER = 8;

/**
 * All objects of a path, page after page, each trimmed as it comes, so that no more than a page is whole in
 * memory; where objects are so large that a page is too long, the pages have fewer of them from there on. Where the list
 * is so slow that its own next page has expired (410), it is taken in one piece.
 */
export async function listPages<T>(
  get: OpenGet,
  { path, signal, trim }: { path: URL; signal: AbortSignal; trim: (object: RawObject) => T },
): Promise<Listed<T>> {
  try {
    return await listed(PAGE_OBJECTS);
  } catch (error) {
    if (kindOfFailure(error) !== 'expired') throw error;
    return listed(0);
  }

  async function listed(limit: number): Promise<Listed<T>> {
    const objects: T[] = [];
    let resourceVersion = '';
    for await (const { items, metadata } of pagesOf(get, { path, signal, limit })) {
      for (const item of items ?? []) objects.push(trim(item));
      resourceVersion = metadata?.resourceVersion ?? '';
    }
    return { resourceVersion, objects };
  }
}

/** `limit`: how many objects a page has at most; 0: all. */
async function* pagesOf(
  get: OpenGet,
  { path, signal, limit }: { path: URL; signal: AbortSignal; limit: number },
): AsyncGenerator<Page> {
  let [most, next] = [limit, ''];
  for (;;) {
    const page = await pageAt(get, pageOf(path, most, next), signal);
    if (page) {
      yield page;
      next = page.metadata?.continue ?? '';
      if (next === '') return;
    } else if (most > 1) most = Math.ceil(most / SMALLER);
    else throw new RangeError('the list is too long to be read');
  }
}

function pageOf(path: URL, limit: number, next: string): string {
  const query = new URLSearchParams(path.searchParams);
  if (limit > 0) query.set('limit', String(limit));
  if (next !== '') query.set('continue', next);
  return `${path.pathname}?${query}`;
}

/** `undefined` where it is longer than what is read at a time. */
async function pageAt(get: OpenGet, path: string, signal: AbortSignal): Promise<Page | undefined> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of await get(path, signal)) {
    octets += chunk.length;
    if (octets > PAGE_OCTETS) return undefined;
    chunks.push(chunk);
  }
  const page = JSON.parse(Buffer.concat(chunks).toString()) as Page | null;
  // A proxy's page for people to log in is a 200 as well; taken as a list it would say that all is gone.
  if (typeof page?.metadata?.resourceVersion === 'string') return page;
  throw new SyntaxError('the list is none');
}
