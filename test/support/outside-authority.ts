import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import type { Authority } from '../../src/authority/authority.ts';
import { type KeyWrapping, wrapAuthorityKey } from '../../src/authority/private-key.ts';
import type { Profile } from '../../src/issuance/profile.ts';
import { decodeCertificate } from '../../src/x509/decode-certificate.ts';
import { readRequest } from '../../src/x509/decode-request.ts';
import * as der from '../../src/x509/der.ts';
import { readDer } from '../../src/x509/der-reader.ts';
import { subjectKeyIdentifierOf, subjectPublicKeyInfoOf } from '../../src/x509/key.ts';
import * as oids from '../../src/x509/oids.ts';
import { decodePem, encodePem } from '../../src/x509/pem.ts';
import { IssuanceWorld, NOW } from './issuance.ts';

/** An authority that somebody else has made, with its certificate and key. */
export interface OutsideAuthority {
  readonly der: Buffer;
  readonly pem: string;
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** PKCS #8 in PEM. */
  readonly keyPem: string;
}

/** An extension as it is to stand there; `null` leaves one out that would be there. */
type Extension = { readonly isCritical?: boolean; readonly value: Buffer } | null;

/** What a test says about an authority's certificate; the rest is as RFC 5280 has it. */
export interface OutsideAuthorityOptions {
  /** DER of a Name, or a common name. */
  readonly subject: Buffer | string;
  /** Absent: self-signed. */
  readonly issuer?: OutsideAuthority;
  readonly keys?: OutsideAuthority['keys'];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly serialNumber?: string;
  /** By object identifier. */
  readonly extensions?: Readonly<Record<string, Extension>>;
  /** DER of the Name that stands there as the issuer's, where that is another one. */
  readonly issuerName?: Buffer;
  /** The key that signs, where that is not the issuer's. */
  readonly signedWith?: KeyObject;
  readonly hash?: 'sha1' | 'sha256';
}

const YEAR_MS = 365 * 86_400_000;
const SHA1_WITH_RSA = '1.2.840.113549.1.1.5';

export function ecKeyPair(namedCurve = 'prime256v1'): OutsideAuthority['keys'] {
  return generateKeyPairSync('ec', { namedCurve });
}

export function rsaKeyPair(modulusLength = 2048): OutsideAuthority['keys'] {
  return generateKeyPairSync('rsa', { modulusLength });
}

/** A self-signed root, or an intermediate under `issuer`, as a tool other than ours would make it. */
export function outsideAuthority(options: OutsideAuthorityOptions): OutsideAuthority {
  const { issuer, keys = ecKeyPair(), hash = 'sha256' } = options;
  const { notBefore = new Date(NOW.getTime() - YEAR_MS) } = options;
  const { notAfter = new Date(NOW.getTime() + 10 * YEAR_MS) } = options;
  const { serialNumber = `40${randomBytes(8).toString('hex')}` } = options;
  const signer = options.signedWith ?? issuer?.keys.privateKey ?? keys.privateKey;
  const subject = nameOf(options.subject);
  const above = issuer && decodeCertificate(issuer.der);
  const algorithm = algorithmOf(signer, hash);
  const tbsCertificate = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(Buffer.from(serialNumber, 'hex')),
    algorithm,
    options.issuerName ?? Buffer.from(above?.subjectName ?? subject),
    der.sequence(der.time(notBefore), der.time(notAfter)),
    subject,
    subjectPublicKeyInfoOf(keys.publicKey),
    der.explicit(3, der.sequence(...extensionsOf(options, keys.publicKey, above))),
  );
  const signature = sign(
    signer.asymmetricKeyType === 'ed25519' ? null : hash,
    tbsCertificate,
    signer,
  );
  const certificate = der.sequence(tbsCertificate, algorithm, der.bitString(signature));
  return {
    der: certificate,
    pem: encodePem('CERTIFICATE', certificate),
    keys,
    keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The certificate that `issuer` makes for a request of ours, as far as `changes` say nothing else. */
export function certified(
  certificationRequest: string,
  issuer: OutsideAuthority,
  changes: OutsideChanges = {},
): OutsideAuthority {
  const [block] = decodePem(certificationRequest);
  const { subjectName, subjectPublicKeyInfo } = readDer(block?.der ?? Buffer.alloc(0), readRequest);
  const spki = Buffer.from(subjectPublicKeyInfo);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const keys = { publicKey, privateKey: issuer.keys.privateKey };
  return outsideAuthority({ subject: Buffer.from(subjectName), issuer, keys, ...changes });
}

/** Octets as a Name: a common name, or what is one already. */
export function nameOf(subject: Buffer | string): Buffer {
  if (typeof subject !== 'string') return subject;
  return der.sequence(der.setOf(der.sequence(der.oid(oids.COMMON_NAME), der.utf8String(subject))));
}

/** The value of basicConstraints. */
export function basicConstraints(pathLenConstraint?: number): Buffer {
  const pathLen = pathLenConstraint === undefined ? [] : [der.integer(pathLenConstraint)];
  return der.sequence(der.boolean(true), ...pathLen);
}

/** The value of extKeyUsage. */
export function extKeyUsage(...purposes: readonly string[]): { readonly value: Buffer } {
  return { value: der.sequence(...purposes.map(der.oid)) };
}

export type OutsideChanges = Partial<OutsideAuthorityOptions>;

/**
 * A world with an intermediate from elsewhere, `issuing`, and the root above it, which has no key here.
 */
export function worldBelow(
  issuing: OutsideChanges = {},
  root: OutsideChanges = {},
  profiles: readonly Profile[] = [],
) {
  const world = new IssuanceWorld({}, profiles);
  const top = outsideAuthority({ subject: 'Outside Root', ...root });
  const below = outsideAuthority({ subject: 'Outside Issuing', issuer: top, ...issuing });
  const { wrapping } = world.deps;
  const records = [
    recorded(top, { name: 'root', parent: null, wrapping: undefined }),
    recorded(below, { name: 'issuing', parent: 'root', wrapping }),
  ];
  for (const record of records) world.authorities.set(record.name, record);
  return { world, top, below };
}

/** How such an authority is recorded here, its key sealed. */
export function recorded(
  { der: octets, keys }: OutsideAuthority,
  how: Pick<Authority, 'name' | 'parent'> & { readonly wrapping: KeyWrapping | undefined },
): Authority {
  const { name, parent, wrapping } = how;
  const { serialNumber, subject, notBefore, notAfter } = decodeCertificate(octets);
  const kind = parent === null ? 'root' : 'intermediate';
  return {
    ...{ name, kind, parent, keyAlgorithm: 'ecdsa-p256', rsaSignatureScheme: undefined },
    certificate: {
      ...{ serialNumber, authority: parent ?? name, profile: kind, subject: subject.known },
      ...{ dnsNames: [], ipAddresses: [], emailAddresses: [], uris: [] },
      ...{
        notBefore,
        notAfter,
        issuedAt: notBefore,
        fingerprintSha256: '',
        warnings: [],
        der: octets,
      },
    },
    wrappedPrivateKey: wrapping && wrapAuthorityKey(wrapping, name, keys),
  };
}

function algorithmOf(signer: KeyObject, hash: 'sha1' | 'sha256'): Buffer {
  if (signer.asymmetricKeyType === 'ed25519') return der.sequence(der.oid(oids.ED25519));
  if (signer.asymmetricKeyType === 'ec') return der.sequence(der.oid(oids.ECDSA_WITH_SHA256));
  const id = hash === 'sha1' ? SHA1_WITH_RSA : oids.SHA256_WITH_RSA;
  return der.sequence(der.oid(id), der.nullValue());
}

function extensionsOf(
  { extensions = {} }: OutsideAuthorityOptions,
  publicKey: KeyObject,
  above: { readonly subjectKeyIdentifier: string } | undefined,
): Buffer[] {
  const keyIdentifier = subjectKeyIdentifierOf(subjectPublicKeyInfoOf(publicKey));
  const aboveIdentifier = Buffer.from(above?.subjectKeyIdentifier ?? '', 'hex');
  const all: Record<string, Extension> = {
    [oids.BASIC_CONSTRAINTS]: { isCritical: true, value: basicConstraints() },
    [oids.KEY_USAGE]: { isCritical: true, value: der.namedBits([5, 6]) },
    [oids.SUBJECT_KEY_IDENTIFIER]: { value: der.octetString(keyIdentifier) },
    [oids.AUTHORITY_KEY_IDENTIFIER]:
      aboveIdentifier.length > 0 ? { value: der.sequence(der.implicit(0, aboveIdentifier)) } : null,
    ...extensions,
  };
  return Object.entries(all).flatMap(([id, extension]) => {
    if (!extension) return [];
    const critical = extension.isCritical ? [der.boolean(true)] : [];
    return [der.sequence(der.oid(id), ...critical, der.octetString(extension.value))];
  });
}
