import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { startApi } from '../../support/api.ts';
import type { Reply } from '../../support/api-client.ts';
import { NARROW, RESTATED } from '../../support/narrow-profile.ts';
import {
  assertAuthorityPolicy,
  assertLeafPolicy,
  assertRootPolicy,
} from '../../support/restated-policy/assert-policy.ts';
import type { AuthorityJson } from '../authorities-on-the-wire.ts';
import { type CertificateJson, certificatesIn, issue } from '../certificates-on-the-wire.ts';
import { type ClientIdentity, openTlsListener, tlsCall } from '../tls-call.ts';

/** A certificate that has left the service, with what it was asked for by. */
export type Departed = Pick<CertificateJson, 'certificate' | 'authority' | 'profile'>;

/** Tries one way to a certificate until `least` certificates have left by it, and counts them. */
export type Way = (least: number) => Promise<number>;

/** What an operator has who did not yet think of {@link NARROW}. */
export const WIDE = {
  ...NARROW,
  validity: { backdate: '5m', default: '30d', maximum: '825d' },
  subject: { defaults: {}, callerMaySet: ['commonName', 'organization'], commonName: 'any' },
  subjectAltNames: { allowed: NARROW.subjectAltNames.allowed, required: [], wildcards: true },
} as const;

const world = await startApi({ profiles: [NARROW] });
/** The service that all of the routes lead into. */
export const { api, clock, newDirectory, declareProfiles } = world;

const judged = new Set<string>();
const paths = new Map<string, readonly Uint8Array[]>();

/** The management listener with TLS, as the service opens it. */
const own = await issue(api, { dnsNames: ['localhost'] });
judged.add(own.serialNumber);
const port = await openTlsListener(world.apps.management, {
  cert: own.certificate,
  key: own.privateKey ?? '',
});

/** One request by a client that has nothing but its certificate. */
export function byCertificate(client: ClientIdentity, path: string, body: object) {
  return tlsCall({ port, path, body, client });
}

/** How often more is tried where too little was granted to say anything. */
const MAX_ROUNDS = 40;

/** A way that is tried with whatever `wanted` thinks of; each certificate that leaves is judged. */
export function way<T>(
  wanted: fc.Arbitrary<T>,
  attempt: (wanted: T) => Promise<readonly Departed[]>,
  numRuns: number,
): Way {
  return async (least) => {
    let count = 0;
    const property = fc.asyncProperty(wanted, async (one) => {
      const departed = await attempt(one);
      for (const certificate of departed) await judge(certificate);
      count += departed.length;
    });
    for (let round = 0; round === 0 || (round < MAX_ROUNDS && count < least); round += 1) {
      await fc.assert(property, { numRuns });
    }
    return count;
  };
}

/** What a reply brought, which may have refused. */
export function departedIn(reply: Pick<Reply, 'status' | 'text' | 'json'>): readonly Departed[] {
  if (reply.status === 201) return [reply.json<CertificateJson>()];
  assert.ok([400, 409, 422].includes(reply.status), `${reply.status} ${reply.text}`);
  return [];
}

/** Holds a certificate against the second statement of the policy of today. */
export async function judge(departed: Departed): Promise<void> {
  const { raw, serialNumber } = new X509Certificate(departed.certificate);
  judged.add(serialNumber.toLowerCase());
  await assertPolicy(raw, departed);
}

async function assertPolicy(der: Uint8Array, { authority, profile }: Departed): Promise<void> {
  const now = clock.now();
  if (profile === 'root') return assertRootPolicy(der, now);
  const path = await pathOf(authority);
  if (profile === 'intermediate') return assertAuthorityPolicy(der, path, now);
  const restated = RESTATED[profile] ?? assert.fail(profile);
  assertLeafPolicy(der, path, { profile: restated, now });
}

/** What was issued for a test's own use is no wish of anybody hostile. */
export function passOver({ serialNumber }: Pick<CertificateJson, 'serialNumber'>): void {
  judged.add(serialNumber);
}

/** The certificates of an authority and of those above it, as everybody can fetch them. */
async function pathOf(authority: string): Promise<readonly Uint8Array[]> {
  const known = paths.get(authority);
  if (known) return known;
  const reply = await api.get(`/v1/authorities/${authority}`);
  const { certificate, chain } = reply.json<AuthorityJson>();
  const path = [certificate, chain].flatMap(certificatesIn).map(({ raw }) => raw);
  paths.set(authority, path);
  return path;
}

/** The leaves on record that nobody has judged, by whatever way they came there. */
export async function recordedUnjudged(): Promise<readonly string[]> {
  const unjudged: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page = (await api.get(`/v1/certificates?limit=1000${query}`)).json();
    const leaves = page.items.filter(({ profile }) => RESTATED[profile] !== undefined);
    const serialNumbers = leaves.map(({ serialNumber }) => serialNumber);
    unjudged.push(...serialNumbers.filter((one) => !judged.has(one)));
    cursor = page.nextCursor;
  }
  return unjudged;
}

interface Page {
  readonly items: readonly CertificateJson[];
  readonly nextCursor: string | null;
}
