import type { KeyAlgorithm } from '../certificate.ts';
import { defaultKeyAlgorithmOf, type Profile } from '../issuance/profile.ts';

/**
 * By what the keys of a server's certificates are made: the first by the profile's default. Of two (Istio 1.27,
 * `credentialNames`) each has another kind of key, where the profile takes more than one.
 */
export function keyAlgorithmOf(
  profile: Profile,
  { isSecond }: { readonly isSecond: boolean },
): KeyAlgorithm {
  const first = defaultKeyAlgorithmOf(profile);
  if (!isSecond) return first;
  const [kind, usual] = first.startsWith('rsa')
    ? (['ecdsa', 'ecdsa-p256'] as const)
    : (['rsa', 'rsa-2048'] as const);
  const taken = profile.keyAlgorithms.filter((algorithm) => algorithm.startsWith(kind));
  return taken.includes(usual) ? usual : (taken[0] ?? first);
}
