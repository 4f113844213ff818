import type { KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../audit/entry.ts';
import { type Certificate, SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import type { LeafRequest } from '../issuance/issue-leaf.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { encodePrivateKey } from '../x509/pem.ts';
import type { DestinationState, DestinationStore, DestinationWrite } from './destination.ts';
import { filesOf } from './expectation.ts';
import { type Expectation, reasonsToRotate } from './reasons.ts';
import type { RotationTarget } from './target.ts';

export interface ReplaceDeps {
  readonly now: () => Date;
  readonly issue: (
    request: LeafRequest,
    actor: Actor,
  ) => Promise<{ readonly certificate: Certificate; readonly privateKey?: KeyObject }>;
  readonly destinations: Pick<DestinationStore, 'read' | 'write'>;
}

/** A destination that may be written. */
export type WritableState = Exclude<DestinationState, { kind: 'foreign' }>;

/** Others may touch a Secret between our look and our write; most of what they change is not ours. */
const WRITE_ATTEMPTS = 3;

/**
 * Makes a new key and certificate, checks what is about to be written by the rules by which it will be
 * judged, and writes all of it in one go; `undefined` where what was judged is not there any more.
 *
 * @throws {PkiError} what issuing and the destination throw; the old files are still there then
 */
export async function replaceFiles(
  deps: ReplaceDeps,
  { expected, judged }: { readonly expected: Expectation; readonly judged: WritableState },
  actor: Actor,
): Promise<DecodedCertificate | undefined> {
  const { target } = expected;
  const { certificate, privateKey } = await deps.issue(leafRequestOf(target), actor);
  const privateKeyPem = privateKey ? encodePrivateKey(privateKey) : '';
  const files = filesOf({ der: certificate.der, privateKeyPem }, expected);
  const fresh = reasonsToRotate(files, expected, deps.now());
  if (fresh.reasons.length > 0 || !fresh.certificate) {
    const faults = fresh.reasons.join(', ');
    throw new PkiError('request-refused', `a fresh certificate would be ${faults}`);
  }
  const { serialNumber, notAfter } = certificate;
  const write = { targetName: target.name, serialNumber, notAfter, files };
  return (await writeOver(deps, target, { judged, write })) ? fresh.certificate : undefined;
}

/** Writes on the latest version of a destination, as long as it holds what was judged. */
async function writeOver(
  { destinations }: ReplaceDeps,
  { destination }: RotationTarget,
  work: { readonly judged: WritableState; readonly write: Omit<DestinationWrite, 'found'> },
): Promise<boolean> {
  const { judged, write } = work;
  let found = await destinations.read(destination);
  for (let attempt = 1; isStill(judged, found); attempt += 1) {
    try {
      await destinations.write(destination, { ...write, found });
      return true;
    } catch (error) {
      const latest = await destinations.read(destination);
      if (attempt === WRITE_ATTEMPTS || isDeepStrictEqual(latest, found)) throw error;
      found = latest;
    }
  }
  return false;
}

/** Whether a destination is, but for its version, what was judged. */
function isStill(judged: WritableState, found: DestinationState): found is WritableState {
  return isDeepStrictEqual({ ...judged, version: '' }, { ...found, version: '' });
}

function leafRequestOf(target: RotationTarget): LeafRequest {
  const { authority, profile, subject, keyAlgorithm, validity } = target;
  const names = Object.fromEntries(SUBJECT_ALT_NAME_KINDS.map((kind) => [kind, target[kind]]));
  return { authority, profile, subject, keyAlgorithm, validity, ...names };
}
