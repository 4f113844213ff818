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

/**
 * All objects of a path, page after page, each trimmed as it comes, so that no more than a page is whole in
 * memory. Where the list is so slow that its own next page has expired (410), it is taken in one piece.
 */
export async function listPages<T>(
  get: OpenGet,
  { path, signal, trim }: { path: URL; signal: AbortSignal; trim: (object: RawObject) => T },
): Promise<Listed<T>> {
  try {
    return await pagesOf(PAGE_OBJECTS);
  } catch (error) {
    if (kindOfFailure(error) !== 'expired') throw error;
    return pagesOf(0);
  }

  async function pagesOf(limit: number): Promise<Listed<T>> {
    const objects: T[] = [];
    let next = '';
    for (;;) {
      const page = await pageAt(get, pageOf(path, limit, next), signal);
      for (const item of page.items ?? []) objects.push(trim(item));
      next = page.metadata?.continue ?? '';
      const { resourceVersion = '' } = page.metadata ?? {};
      if (next === '') return { resourceVersion, objects };
    }
  }
}

function pageOf(path: URL, limit: number, next: string): string {
  const query = new URLSearchParams(path.searchParams);
  if (limit > 0) query.set('limit', String(limit));
  if (next !== '') query.set('continue', next);
  return `${path.pathname}?${query}`;
}

async function pageAt(get: OpenGet, path: string, signal: AbortSignal): Promise<Page> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await get(path, signal)) chunks.push(chunk);
  const page = JSON.parse(Buffer.concat(chunks).toString()) as Page | null;
  // A proxy's page for people to log in is a 200 as well; taken as a list it would say that all is gone.
  if (typeof page?.metadata?.resourceVersion === 'string') return page;
  throw new SyntaxError('the list is none');
}
