import type { Actor } from '../audit/entry.ts';
import { chainInvalid } from '../bundle/chain-violations.ts';
import type { Unlock } from '../bundle/unlocking-turns.ts';
import type { RsaSignatureScheme } from '../certificate.ts';
import { type Authority, isCertified, type RecordedAuthority } from './authority.ts';
import { type ImportSource, type OpenedSource, openImport } from './import-source.ts';
import { incomingAuthorities } from './incoming-authorities.ts';
import { type IncomingPath, incomingPath, type KnownHere } from './incoming-path.ts';
import { intakeEntry } from './intake.ts';
import { isThereAlready, nameTaken } from './name-taken.ts';
import { namesAbove } from './names-above.ts';
import { type KeyWrapping, wrapAuthorityKey } from './private-key.ts';
import { rsaSignatureSchemeOf } from './rsa-signature-scheme.ts';
import { assertFreshSerialNumbers, type FindCertificates } from './serial-numbers.ts';
import { type Draft, type TakeInDeps, takeIn } from './take-in.ts';

/** An authority that was made elsewhere and comes in with its key. */
export interface ImportRequest extends ImportSource {
  readonly name: string;
  /** For the authorities above it that are new here, from below upwards. */
  readonly namesAbove?: readonly string[] | undefined;
  /** Of an RSA key only; absent: PKCS #1 v1.5. */
  readonly rsaSignatureScheme?: RsaSignatureScheme | undefined;
}

export interface ImportAuthorityDeps extends TakeInDeps, Pick<KnownHere, 'pathOf'> {
  readonly now: () => Date;
  readonly findCertificates: FindCertificates;
  readonly wrapping: KeyWrapping;
  readonly unlock: Unlock;
}

/**
 * Takes in a root or an intermediate that was made elsewhere, with its key, which is sealed like any other.
 * Authorities above it that are not known here are recorded along with it, without keys. One that
 * was recorded so before gets its key. Of what comes in at once, each certificate becomes one authority.
 *
 * @throws {PkiError} `name-taken`, `request-malformed`, `private-key-locked`, `overloaded`, `chain-invalid` or
 *   `request-refused`
 */
export async function importAuthority(
  deps: ImportAuthorityDeps,
  request: ImportRequest,
  actor: Actor,
): Promise<Authority> {
  const { name } = request;
  let source: OpenedSource | undefined;
  return takeIn(deps, async (authorities) => {
    const namesake = authorities.find((other) => other.name === name);
    if (namesake?.wrappedPrivateKey) throw nameTaken(isThereAlready(name));
    // Once: a password makes it costly.
    source ??= await openImport(request, deps.unlock);
    return drawn(deps, { request, source, actor, authorities });
  });
}

interface Incoming {
  readonly request: ImportRequest;
  readonly source: OpenedSource;
  readonly actor: Actor;
  readonly authorities: readonly RecordedAuthority[];
}

async function drawn(
  deps: ImportAuthorityDeps,
  { request, source, actor, authorities }: Incoming,
): Promise<Draft> {
  const { name } = request;
  const occasion = { time: deps.now(), actor };
  const known = { authorities, pathOf: deps.pathOf, now: occasion.time };
  const path = await incomingPath(source, known);
  const keyless = keylessAmong(authorities, path, { name, pointer: source.pointer });
  const [made, ...above] = madeOf(path, { request, source, authorities, now: known.now });
  const authority = withKey(deps.wrapping, keyless ?? made, { request, source });
  const incoming = [...above.toReversed(), authority];
  if (!keyless) await assertFreshSerialNumbers(incoming, { ...deps, pointer: source.pointer });
  const intake = {
    ...(keyless ? { added: [], keyed: authority } : { added: incoming }),
    auditEntries: incoming.map((one) => intakeEntry('authority.imported', one, occasion)),
  };
  return { authority, intake };
}

/** The authority of this certificate and name that was recorded without its key; none where both are new. */
function keylessAmong(
  authorities: readonly RecordedAuthority[],
  { certificates: [{ foreign }, ...above], parent }: IncomingPath,
  { name, pointer }: { readonly name: string; readonly pointer: string },
): Authority | undefined {
  const { raw } = foreign.x509;
  const same = authorities
    .filter(isCertified)
    .find(({ certificate }) => raw.equals(certificate.der));
  if (!same) {
    if (!authorities.some((other) => other.name === name)) return undefined;
    throw nameTaken(`${isThereAlready(name)}, with another certificate`);
  }
  if (same.name !== name) {
    const advice = same.wrappedPrivateKey ? '' : '; import it under that name';
    throw nameTaken(`the certificate is that of authority "${same.name}"${advice}`);
  }
  if (above.length === 0 && parent === same.parent) return same;
  const detail = `authority "${name}" is recorded below "${same.parent}"; send none of another one’s`;
  throw chainInvalid([{ pointer, detail }]);
}

function madeOf(
  path: IncomingPath,
  {
    request,
    source,
    authorities,
    now,
  }: Pick<Incoming, 'request' | 'source' | 'authorities'> & { readonly now: Date },
): readonly [Authority, ...Authority[]] {
  const { name, namesAbove: asked = [] } = request;
  const taken = new Set([...authorities.map((other) => other.name), name]);
  const sentAbove = source.certificates.length - 1;
  const names = namesAbove(path.certificates.slice(1), { asked, taken, sentAbove });
  return incomingAuthorities(path, [name, ...names], now);
}

function withKey(
  wrapping: KeyWrapping,
  authority: Authority,
  { request, source }: { readonly request: ImportRequest; readonly source: OpenedSource },
): Authority {
  const { name, keyAlgorithm } = authority;
  const keyPair = { publicKey: source.own.publicKey, privateKey: source.privateKey };
  return {
    ...authority,
    rsaSignatureScheme: rsaSignatureSchemeOf(keyAlgorithm, request.rsaSignatureScheme),
    wrappedPrivateKey: wrapAuthorityKey(wrapping, name, keyPair),
  };
}
