import { createPrivateKey } from 'node:crypto';

/** Its secret part alone, raw, in hexadecimal and in Base64, and the whole in each encoding. */
export function formsOfKey(pem: string): readonly Buffer[] {
  const key = createPrivateKey(pem);
  const { d = '' } = key.export({ format: 'jwk' });
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  // The parts around the secret are public, and some of them stand in every certificate.
  const lines = pem.split('\n').slice(2, -3);
  return [
    ...formsOfOctets(Buffer.from(d, 'base64url')),
    ...formsOfOctets(pkcs8),
    ...lines.slice(0, 1).map((line) => Buffer.from(line)),
  ];
}

export function formsOfText(text: string): readonly Buffer[] {
  return [
    Buffer.from(text),
    Buffer.from(text)
      .toString('base64')
      .replace(/.{0,4}$/, ''),
  ].map((form) => Buffer.from(form));
}

export function formsOfOctets(octets: Buffer): readonly Buffer[] {
  const encodings = ['hex', 'base64', 'base64url'] as const;
  return [octets, ...encodings.map((encoding) => Buffer.from(octets.toString(encoding)))];
}
