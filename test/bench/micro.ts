import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import type { Requested } from './certification-requests.ts';
import { microsecondsOf } from './microseconds.ts';

/** About as many octets as a small certificate has signed. */
const CERTIFICATE_OCTETS = 420;

/** Prints what each step costs that no authority can do without. */
export function reportMicro(requests: readonly Requested[]): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const octets = randomBytes(CERTIFICATE_OCTETS);
  const signed = requests.map(({ publicKey }) => ({
    publicKey,
    der: publicKey.export({ type: 'spki', format: 'der' }),
    pem: publicKey.export({ type: 'spki', format: 'pem' }),
  }));
  const signature = sign('sha256', octets, privateKey);
  const ownKey = createPublicKey(privateKey);
  const costs = {
    'createPublicKey, DER': microsecondsOf(signed, ({ der }) =>
      createPublicKey({ key: der, format: 'der', type: 'spki' }),
    ),
    'createPublicKey, PEM': microsecondsOf(signed, ({ pem }) => createPublicKey(pem)),
    'export to DER': microsecondsOf(signed, ({ publicKey }) =>
      publicKey.export({ type: 'spki', format: 'der' }),
    ),
    verify: microsecondsOf([octets], () => verify('sha256', octets, ownKey, signature)),
    sign: microsecondsOf([octets], () => sign('sha256', octets, privateKey)),
    generateKeyPair: microsecondsOf([octets], () =>
      generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
    ),
  };
  console.log('P-256 on one core, µs');
  for (const [step, cost] of Object.entries(costs)) {
    console.log(`  ${step.padEnd(22)} ${cost.toFixed(0).padStart(5)}`);
  }
}
