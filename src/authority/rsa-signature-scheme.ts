import type { KeyAlgorithm, RsaSignatureScheme } from '../certificate.ts';
import { refused } from '../errors.ts';

/**
 * The scheme by which an authority signs from now on: PKCS #1 v1.5 where nobody says otherwise, because
 * every verifier knows it; `undefined` for a key that is no RSA key.
 *
 * @throws {PkiError} `request-refused` where one is asked for such a key
 */
export function rsaSignatureSchemeOf(
  keyAlgorithm: KeyAlgorithm,
  asked: RsaSignatureScheme | undefined,
): RsaSignatureScheme | undefined {
  if (keyAlgorithm.startsWith('rsa')) return asked ?? 'pkcs1-v1_5';
  if (asked === undefined) return undefined;
  throw refused([{ pointer: '/rsaSignatureScheme', detail: 'is for RSA keys only' }]);
}
