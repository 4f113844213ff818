import type { KeyObject } from 'node:crypto';
import type { Warning } from '../certificate.ts';
import { PkiError, type Violation } from '../errors.ts';
import { encodePfx } from '../x509/pfx.ts';
import type { PfxEncryption } from '../x509/pfx-encryption.ts';
import { newPassword, passwordViolations } from './password.ts';

/** A key with its certification path, and how they are to be locked. */
export interface PfxRequest {
  readonly privateKey: KeyObject;
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  /** Absent: one is made up. Empty: the PFX opens with the empty password. */
  readonly password: string | undefined;
  readonly encryption: PfxEncryption;
  /** What Windows and Java show the entry as. */
  readonly friendlyName?: string;
}

/** A PFX with the password that opens it. */
export interface Pfx {
  readonly pfx: Buffer;
  readonly password: string;
  readonly warnings: readonly Warning[];
}

/** Application Gateway v2's limit for a listener's certificate (v1: 10 KiB). */
const APPLICATION_GATEWAY_OCTETS = 16 * 1024;
/** TLS stacks load no smaller key: OpenSSL at its default security level, BoringSSL's users such as Envoy. */
const MIN_RSA_BITS = 2_048;

/**
 * Makes the PFX of every route that hands one out.
 *
 * @throws {PkiError} `request-malformed` for a password or friendly name that some readers mistake
 */
export async function makePfx(
  { randomBytes }: { readonly randomBytes: (size: number) => Uint8Array },
  request: PfxRequest,
): Promise<Pfx> {
  const password = request.password ?? newPassword(randomBytes);
  const violations = [
    ...passwordViolations(password),
    ...friendlyNameViolations(request.friendlyName),
  ];
  if (violations.length > 0) throw malformed(violations);
  const pfx = await encodePfx({ ...request, password, randomBytes });
  return { pfx, password, warnings: warningsAbout(request.privateKey, password, pfx) };
}

/** One line of text: control characters and half surrogates break readers. */
export function isFriendlyName(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,128}$/u.test(text) && text.trim() !== '';
}

function friendlyNameViolations(friendlyName: string | undefined): readonly Violation[] {
  if (friendlyName === undefined || isFriendlyName(friendlyName)) return [];
  const detail = 'a friendly name has 1 to 128 characters, none of them a control character';
  return [{ pointer: '/friendlyName', detail }];
}

function malformed(violations: readonly Violation[]): PkiError {
  const message = violations.map(({ detail }) => detail).join('; ');
  return new PkiError('request-malformed', message, { violations });
}

/** What Azure's services, or whoever is to serve with the key, may refuse, though other readers take it. */
function warningsAbout(privateKey: KeyObject, password: string, pfx: Buffer): readonly Warning[] {
  const warnings: Warning[] = [];
  const { modulusLength = MIN_RSA_BITS } = privateKey.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS) {
    const detail = `the RSA key has ${modulusLength} bits; Envoy, OpenSSL 3 and others load none of fewer than ${MIN_RSA_BITS}`;
    warnings.push({ code: 'rsa-key-too-small', detail });
  }
  if (privateKey.asymmetricKeyType === 'ec') {
    const detail =
      'some Azure services take EC keys in a PFX only in part or not at all; rsa-2048 works everywhere';
    warnings.push({ code: 'ec-private-key', detail });
  }
  if (privateKey.asymmetricKeyType === 'ed25519') {
    const detail =
      'Application Gateway and Key Vault take no Ed25519 keys, only RSA and EC; rsa-2048 works everywhere';
    warnings.push({ code: 'ed25519-private-key', detail });
  }
  if (!/^[A-Za-z0-9]*$/.test(password)) {
    const detail = 'Application Gateway takes letters and digits only in a PFX password';
    warnings.push({ code: 'password-not-alphanumeric', detail });
  }
  if (pfx.length > APPLICATION_GATEWAY_OCTETS) {
    const detail = `the PFX has ${pfx.length} octets, and Application Gateway v2 takes 16 KiB`;
    warnings.push({ code: 'larger-than-16-kib', detail });
  }
  return warnings;
}
