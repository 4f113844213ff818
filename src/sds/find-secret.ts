import { createHash } from 'node:crypto';
import type { DestinationFiles, DestinationState } from '../rotation/destination.ts';
import type { TargetRecord } from '../rotation/rotation-record.ts';
import type { SdsDestination } from '../rotation/target.ts';
import { isForSds, mayRead, targetOfAuthorities } from './resource.ts';

export interface FindSecretDeps {
  readonly findTarget: (name: string) => Promise<Pick<TargetRecord, 'target'> | undefined>;
  readonly read: (destination: SdsDestination) => Promise<DestinationState>;
}

/** What a client gets under a name: a pair to serve with, or the authorities of its own clients. PEM. */
export type SecretContent =
  | { readonly kind: 'pair'; readonly chain: string; readonly privateKey: string }
  | { readonly kind: 'authorities'; readonly trusted: string };

/** A secret as it is handed out now. */
export interface Secret {
  readonly name: string;
  readonly target: string;
  /** The same for the same content, whenever it was written, and another one for any other. */
  readonly version: string;
  readonly content: SecretContent;
}

/** What stands under a name for a client; `undefined` says no more than that it gets nothing there. */
export interface Finding {
  readonly secret: Secret | undefined;
  /** Why it gets nothing, for the log alone: a client must not learn whether there is such a target. */
  readonly refusal?: 'no such target' | 'not one of its readers';
  /** Whether what the target held has been removed, or was never there. */
  readonly isAbsent?: boolean;
}

/** Of 256 bits, more than enough never to meet by chance. */
const VERSION_DIGITS = 32;

/**
 * Looks up what a client may read under `resource`. A target comes before the client authorities of another
 * one; two of which one has the other's name for these are refused when they are declared.
 *
 * @throws {PkiError} `target-unavailable` where the record cannot be read
 */
export async function findSecret(
  { findTarget, read }: FindSecretDeps,
  resource: string,
  uris: readonly string[],
): Promise<Finding> {
  const own = await forSds(findTarget, resource);
  const owner = own ? undefined : targetOfAuthorities(resource);
  const destination = own ?? (owner ? await forSds(findTarget, owner) : undefined);
  if (!destination) return { secret: undefined, refusal: 'no such target' };
  if (!mayRead(destination, uris)) return { secret: undefined, refusal: 'not one of its readers' };
  const state = await read(destination);
  if (state.kind === 'absent') return { secret: undefined, isAbsent: true };
  // What somebody has changed behind our back is mended by the next pass, and nobody gets it before.
  if (state.kind !== 'present' || !state.isAsWritten) return { secret: undefined };
  const content = own ? pairIn(state.files) : authoritiesIn(state.files);
  if (!content) return { secret: undefined, isAbsent: true };
  const { name: target } = destination;
  return { secret: { name: resource, target, version: versionOf(content), content } };
}

async function forSds(
  findTarget: FindSecretDeps['findTarget'],
  name: string,
): Promise<SdsDestination | undefined> {
  const destination = (await findTarget(name))?.target.destination;
  return destination && isForSds(destination) ? destination : undefined;
}

function pairIn(files: Partial<DestinationFiles>): SecretContent | undefined {
  const { 'tls.crt': chain, 'tls.key': privateKey } = files;
  return chain && privateKey ? { kind: 'pair', chain, privateKey } : undefined;
}

function authoritiesIn({ 'ca.crt': trusted }: Partial<DestinationFiles>) {
  return trusted ? ({ kind: 'authorities', trusted } as const) : undefined;
}

/** A key has far more unknown bits than could be guessed from its digest. */
function versionOf(content: SecretContent): string {
  const text = JSON.stringify(content);
  return createHash('sha256').update(text).digest('hex').slice(0, VERSION_DIGITS);
}
