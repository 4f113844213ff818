import { refused } from '../errors.ts';
import type { IncomingCertificate } from './incoming-path.ts';
import { isThereAlready, nameTaken } from './name-taken.ts';

/** The longest name of an authority. */
const MAX_NAME_CHARACTERS = 63;
/** So much of a fingerprint tells two authorities of one subject apart. */
const FINGERPRINT_DIGITS = 8;

/** What names are given by. */
export interface Naming {
  /** Names that the caller gives, from below upwards. */
  readonly asked: readonly string[];
  /** The names of the authorities that exist, and the one that comes in. */
  readonly taken: ReadonlySet<string>;
  /** How many certificates came along; a name beyond them is an error. */
  readonly sentAbove: number;
}

/**
 * A name for each authority that is recorded along with another one because it stands above it: the
 * caller's, or else one that its subject and fingerprint decide, so that the same is made of the same. One that
 * was sent and is known here already, perhaps for a moment only, keeps its name.
 *
 * @throws {PkiError} `request-refused` or `name-taken`, which point into `/namesAbove`
 */
export function namesAbove(
  certificates: readonly IncomingCertificate[],
  { asked, taken, sentAbove }: Naming,
): readonly string[] {
  if (asked.length > sentAbove) {
    const detail = `is for no authority: ${sentAbove} came along`;
    throw refused([{ pointer: `/namesAbove/${sentAbove}`, detail }]);
  }
  const used = new Set(taken);
  return certificates.map((certificate, index) => {
    const name = asked[index] ?? derivedName(certificate, new Set([...used, ...asked]));
    if (used.has(name)) throw nameTaken(isThereAlready(name), `/namesAbove/${index}`);
    used.add(name);
    return name;
  });
}

/** `Example Root CA` becomes `example-root-ca`, and another of that subject `example-root-ca-0a1b2c3d`. */
function derivedName(
  { foreign, decoded }: IncomingCertificate,
  taken: ReadonlySet<string>,
): string {
  const { commonName, organizationalUnit, organization } = decoded.subject.known;
  const text = commonName ?? organizationalUnit ?? organization ?? '';
  const fingerprint = foreign.x509.fingerprint256.replaceAll(':', '').toLowerCase();
  const ending = `-${fingerprint.slice(0, FINGERPRINT_DIGITS)}`;
  const plain = slugOf(text, MAX_NAME_CHARACTERS);
  const told = `${slugOf(text, MAX_NAME_CHARACTERS - ending.length)}${ending}`;
  const whole = fingerprint.slice(0, MAX_NAME_CHARACTERS);
  return [plain, told].find((name) => !taken.has(name)) ?? whole;
}

/** Lower-case letters, digits and single hyphens between them; `authority` where nothing of a text is left. */
function slugOf(text: string, maxCharacters: number): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain.replaceAll(/[^a-z0-9]+/g, '-').slice(0, maxCharacters);
  return words.replace(/^-/, '').replace(/-$/, '') || 'authority';
}
