import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type KubeSecret, secretPart } from './kube-api.ts';

/** Whether a Secret holds a certificate together with the private key that belongs to it. */
export function isConsistent(secret: KubeSecret): boolean {
  const certificate = secretPart(secret, 'tls.crt');
  const privateKey = secretPart(secret, 'tls.key');
  if (!certificate || !privateKey) return false;
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
}

/** The serial number of a Secret's certificate, in lower-case hexadecimal. */
export function serialNumberIn(secret: KubeSecret): string {
  return new X509Certificate(secretPart(secret, 'tls.crt') ?? '').serialNumber.toLowerCase();
}
