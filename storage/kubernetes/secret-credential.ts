import type { V1Secret } from '@kubernetes/client-node';
import { rivalOf, writerOf } from './ownership.ts';

/** A Secret, as far as it is about a certificate that somebody may serve. */
export interface SecretCredential {
  readonly name: string;
  /** The certificates, leaf first; empty where there are none. */
  readonly pem: string;
  /** Another controller that writes it, in words. */
  readonly owner?: string;
  /** Whether this service has written it. */
  readonly isOurs: boolean;
}

/** As Istio reads it; `pem` where the entries were read before. */
export function secretCredential(
  { metadata = {}, data = {} }: V1Secret,
  { pem, instance }: { readonly pem: string | undefined; readonly instance: string },
): SecretCredential {
  const entry = data['cert'] || data['tls.crt'] || '';
  const owner = rivalOf(metadata);
  return {
    name: metadata.name ?? '',
    pem: pem ?? Buffer.from(entry, 'base64').toString(),
    ...(owner === undefined ? {} : { owner }),
    isOurs: owner === undefined && writerOf(metadata, instance)?.isThisService === true,
  };
}
