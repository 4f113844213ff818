import { createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { decodePem, encodePem } from '../../src/x509/pem.ts';
import { ecKeyPair, outsideAuthority } from '../support/outside-authority.ts';
import { generalName, handMadeRequest } from '../unit/x509/hand-made-request.ts';
import { derChange } from './hostile-der.ts';
import { hostileText, textChange } from './hostile-texts.ts';

/** An honest path and key, in the forms in which tools write them. */
export interface PemSeeds {
  readonly certificates: string;
  readonly privateKey: string;
  readonly password: string;
  readonly texts: readonly string[];
}

export function pemSeeds(): PemSeeds {
  const keys = ecKeyPair();
  const root = outsideAuthority({ subject: 'Outside Root' });
  const issuing = outsideAuthority({ subject: 'Outside Issuing', issuer: root, keys });
  const key = createPrivateKey(issuing.keyPem);
  const password = 'correct horse';
  const certificates = issuing.pem + root.pem;
  return {
    certificates,
    privateKey: issuing.keyPem,
    password,
    texts: [
      certificates,
      issuing.keyPem,
      key.export({ format: 'pem', type: 'sec1' }).toString(),
      key
        .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: password })
        .toString(),
      key
        .export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: password })
        .toString(),
      handMadeRequest({ names: [generalName.dns('a.example.org')] }),
    ],
  };
}

/** Those texts, with something within a block or between blocks changed; and texts that are none. */
export function hostilePem({ texts }: PemSeeds): fc.Arbitrary<Buffer> {
  const text = fc.constantFrom(...texts);
  const changed = fc.oneof(
    { arbitrary: text, weight: 1 },
    {
      arbitrary: fc
        .tuple(text, fc.nat(), derChange)
        .map(([seed, at, change]) => withBlockChanged(seed, at, change)),
      weight: 6,
    },
    { arbitrary: fc.tuple(text, textChange).map(([seed, change]) => change(seed)), weight: 3 },
    { arbitrary: hostileText, weight: 1 },
  );
  return fc
    .array(changed, { minLength: 1, maxLength: 2 })
    .map((parts) => Buffer.from(parts.join('')));
}

function withBlockChanged(text: string, at: number, change: (der: Buffer) => Buffer): string {
  if (text.includes('Proc-Type')) return text;
  const blocks = decodePem(text);
  const changed = blocks.map(({ label, der }, index) =>
    encodePem(label, index === at % blocks.length ? change(der) : der),
  );
  return changed.join('');
}
