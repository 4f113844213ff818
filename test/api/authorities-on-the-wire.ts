import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { encodePfx } from '../../src/x509/pfx.ts';
import type { ApiClient } from '../support/api-client.ts';
import type { OutsideAuthority } from '../support/outside-authority.ts';

/** An authority as answers have it; which members there are depends on its status. */
export interface AuthorityJson {
  readonly name: string;
  readonly kind: string;
  readonly parent: string | null;
  readonly status: string;
  readonly subject: object;
  readonly serialNumber: string;
  readonly keyAlgorithm: string;
  readonly rsaSignatureScheme?: string;
  readonly certificate: string;
  readonly chain: string;
  readonly certificationRequest: string;
  readonly warnings?: readonly { readonly code: string; readonly detail: string }[];
}

/** A body of `POST /v1/authorities`, without a name, for an intermediate that an authority outside signs. */
export const signedOutside = {
  kind: 'intermediate',
  parent: null,
  subject: { commonName: 'Platform Issuing', organization: 'Example' },
  keyAlgorithm: 'ecdsa-p256',
  pathLenConstraint: 0,
} as const;

/** Makes an authority that awaits its certificate. */
export async function pendingAuthority(api: ApiClient, name: string): Promise<AuthorityJson> {
  const reply = await api.post('/v1/authorities', { ...signedOutside, name });
  assert.equal(reply.status, 201, reply.text);
  return reply.json<AuthorityJson>();
}

export async function shown(api: ApiClient, name: string): Promise<AuthorityJson> {
  return (await api.get(`/v1/authorities/${name}`)).json<AuthorityJson>();
}

/** What locks every key and PFX that these tests bring. */
export const PASSWORD = 'Grüße 4711';

/** Certificates in PEM, in the order given. */
export function pathOf(...authorities: readonly OutsideAuthority[]): string {
  return authorities.map(({ pem }) => pem).join('');
}

/** A key as PEM, encrypted with {@link PASSWORD}: in PKCS #8, or in the way of older tools. */
export function lockedKey(
  { keys }: OutsideAuthority,
  type: 'pkcs8' | 'sec1' | 'pkcs1' = 'pkcs8',
): string {
  const lock = { cipher: 'aes-256-cbc', passphrase: PASSWORD, format: 'pem' } as const;
  return String(keys.privateKey.export({ ...lock, type }));
}

/** The key and certificates of an authority and those above it as a PFX, in Base64. */
export async function pfxOf(
  own: OutsideAuthority,
  ...above: readonly OutsideAuthority[]
): Promise<string> {
  const certificates = [own, ...above].map(({ der }) => der);
  const { privateKey } = own.keys;
  const lock = { password: PASSWORD, encryption: 'modern', randomBytes } as const;
  return (await encodePfx({ privateKey, certificates, ...lock })).toString('base64');
}
