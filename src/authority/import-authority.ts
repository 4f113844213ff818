import type { Actor } from '../audit/entry.ts';
import { chainInvalid } from '../bundle/chain-violations.ts';
import type { RsaSignatureScheme } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { type Authority, isCertified, type RecordedAuthority } from './authority.ts';
import { type ImportSource, type OpenedSource, openImport } from './import-source.ts';
import { incomingAuthorities } from './incoming-authorities.ts';
import { type IncomingPath, incomingPath, type KnownHere } from './incoming-path.ts';
import { type Intake, intakeEntry } from './intake.ts';
import { namesAbove } from './names-above.ts';
import { type KeyWrapping, wrapAuthorityKey } from './private-key.ts';
import { rsaSignatureSchemeOf } from './rsa-signature-scheme.ts';
import { assertFreshSerialNumbers, type FindCertificates } from './serial-numbers.ts';

/** An authority that was made elsewhere and comes in with its key. */
export interface ImportRequest extends ImportSource {
  readonly name: string;
  /** For the authorities above it that are new here, from below upwards. */
  readonly namesAbove?: readonly string[] | undefined;
  /** Of an RSA key only; absent: PKCS #1 v1.5. */
  readonly rsaSignatureScheme?: RsaSignatureScheme | undefined;
}

export interface ImportAuthorityDeps extends Pick<KnownHere, 'pathOf'> {
  readonly now: () => Date;
  readonly findAuthority: (name: string) => Promise<RecordedAuthority | undefined>;
  readonly listAuthorities: () => Promise<readonly RecordedAuthority[]>;
  readonly findCertificates: FindCertificates;
  readonly wrapping: KeyWrapping;
  /** @throws {PkiError} `name-taken` */
  readonly recordIntake: (intake: Intake) => Promise<void>;
}

/**
 * Takes in a root or an intermediate that was made elsewhere, with its key, which is sealed like any other.
 * Authorities above it that are not known here are recorded along with it, without keys. One that
 * was recorded so before gets its key.
 *
 * @throws {PkiError} `name-taken`, `request-malformed`, `private-key-locked`, `chain-invalid` or `request-refused`
 */
export async function importAuthority(
  deps: ImportAuthorityDeps,
  request: ImportRequest,
  actor: Actor,
): Promise<Authority> {
  const { name } = request;
  const namesake = await deps.findAuthority(name);
  if (namesake?.wrappedPrivateKey) throw nameTaken(`there is an authority "${name}" already`);
  const source = await openImport(request);
  const authorities = await deps.listAuthorities();
  const occasion = { time: deps.now(), actor };
  const known = { authorities, pathOf: deps.pathOf, now: occasion.time };
  const path = await incomingPath(source, known);
  const keyless = keylessAmong(authorities, path, { name, pointer: source.pointer });
  const [made, ...above] = madeOf(path, { request, authorities });
  const authority = withKey(deps.wrapping, keyless ?? made, { request, source });
  const incoming = [...above.toReversed(), authority];
  if (!keyless) await assertFreshSerialNumbers(incoming, { ...deps, pointer: source.pointer });
  await deps.recordIntake({
    ...(keyless ? { added: [], keyed: authority } : { added: incoming }),
    auditEntries: incoming.map((one) => intakeEntry('authority.imported', one, occasion)),
  });
  return authority;
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
    throw nameTaken(`there is an authority "${name}" already, with another certificate`);
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
  { request, authorities }: { request: ImportRequest; authorities: readonly RecordedAuthority[] },
): readonly [Authority, ...Authority[]] {
  const { name, namesAbove: asked = [] } = request;
  const taken = new Set([...authorities.map((other) => other.name), name]);
  const names = namesAbove(path.certificates.slice(1), { asked, taken });
  return incomingAuthorities(path, [name, ...names]);
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

function nameTaken(detail: string): PkiError {
  const violations = [{ pointer: '/name', detail }];
  return new PkiError('name-taken', detail, { violations });
}
