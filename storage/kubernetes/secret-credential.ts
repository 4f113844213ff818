import type { V1Secret } from '@kubernetes/client-node';
import type { DestinationState } from '../../src/rotation/destination.ts';
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

/** As Istio reads it. */
export function secretCredential(
  { metadata = {}, data = {} }: V1Secret,
  instance: string,
): SecretCredential {
  const entry = data['cert'] || data['tls.crt'] || '';
  const owner = rivalOf(metadata);
  return {
    name: metadata.name ?? '',
    pem: Buffer.from(entry, 'base64').toString(),
    ...(owner === undefined ? {} : { owner }),
    isOurs: owner === undefined && writerOf(metadata, instance)?.isThisService === true,
  };
}

/** The same of a Secret that was judged, of which nothing else is kept. */
export function judgedCredential(
  name: string,
  { files, beside, writer }: Extract<DestinationState, { kind: 'present' }>,
): SecretCredential {
  const { cert } = beside?.entries ?? {};
  return {
    name,
    pem: cert ? Buffer.from(cert).toString() : (files['tls.crt'] ?? ''),
    isOurs: writer?.isThisService === true,
  };
}
