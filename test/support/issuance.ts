import { randomBytes } from 'node:crypto';
import type { Actor } from '../../src/audit/entry.ts';
import type { Authority } from '../../src/authority/authority.ts';
import {
  type AuthorityDeps,
  type AuthorityRequest,
  createAuthority,
} from '../../src/authority/create-authority.ts';
import { Issuers } from '../../src/authority/issuers.ts';
import { wrapSubscriberKey } from '../../src/authority/private-key.ts';
import { PkiError } from '../../src/errors.ts';
import type { IssuanceRecord } from '../../src/issuance/issuance-record.ts';
import { issueLeaf, type LeafDeps, type LeafRequest } from '../../src/issuance/issue-leaf.ts';
import type { Profile } from '../../src/issuance/profile.ts';
import { Profiles } from '../../src/issuance/profiles.ts';
import { newKeyPair } from '../../src/x509/key.ts';
import { encodePem } from '../../src/x509/pem.ts';
import { AesGcmWrapping } from '../../storage/keys/aes-gcm-wrapping.ts';

/** The instant at which the tests of issuance begin. */
export const NOW = new Date('2030-06-15T12:00:00Z');
const ADMIN: Actor = { name: 'admin', requestId: 'test' };

const ROOT: AuthorityRequest = {
  name: 'root',
  kind: 'root',
  subject: { commonName: 'Test Root' },
  keyAlgorithm: 'ecdsa-p256',
  validity: '20y',
};
const ISSUING: AuthorityRequest = {
  ...ROOT,
  name: 'issuing',
  kind: 'intermediate',
  parent: 'root',
  subject: { commonName: 'Test Issuing' },
  validity: '5y',
};

/** Authorities in memory, with real keys and certificates, and a clock that stands still. */
export class IssuanceWorld {
  /** Everything that was made durable, in its order. */
  readonly records: IssuanceRecord[] = [];
  readonly authorities = new Map<string, Authority>();
  readonly issuers: Issuers;
  readonly deps: AuthorityDeps & LeafDeps;
  now = NOW;

  /** `changes` replace what issuing needs from outside; `profiles` come on top of the built-in ones. */
  constructor(changes: Partial<AuthorityDeps & LeafDeps> = {}, profiles: readonly Profile[] = []) {
    const wrapping = changes.wrapping ?? new AesGcmWrapping(randomBytes(32), randomBytes);
    const findAuthority = (name: string) => Promise.resolve(this.authorities.get(name));
    this.issuers = new Issuers({ findAuthority, wrapping });
    const { profileOf, leafProfileOf } = new Profiles(profiles);
    this.deps = {
      now: () => this.now,
      profileOf,
      leafProfileOf,
      randomBytes,
      wrapping,
      newKeyPair,
      findAuthority,
      issuerOf: (name) => this.issuers.issuerOf(name),
      wrapSubscriberKey: (privateKey, serialNumber) =>
        wrapSubscriberKey(wrapping, privateKey, serialNumber),
      record: (record) => Promise.resolve(this.#keep(record)),
      ...changes,
    };
  }

  /** A world in which `root` and `issuing` exist. */
  static async withAuthorities(
    changes: Partial<AuthorityDeps & LeafDeps> = {},
    profiles: readonly Profile[] = [],
  ): Promise<IssuanceWorld> {
    const world = new IssuanceWorld(changes, profiles);
    await world.createRoot();
    await world.createIntermediate();
    return world;
  }

  createRoot(changes: Partial<AuthorityRequest> = {}): Promise<Authority> {
    return createAuthority(this.deps, { ...ROOT, ...changes }, ADMIN);
  }

  createIntermediate(changes: Partial<AuthorityRequest> = {}): Promise<Authority> {
    return createAuthority(this.deps, { ...ISSUING, ...changes }, ADMIN);
  }

  /** Issues a server certificate by `issuing`, where `request` says nothing else. */
  issue(request: Partial<LeafRequest>) {
    return issueLeaf(this.deps, { authority: 'issuing', profile: 'server', ...request }, ADMIN);
  }

  #keep(record: IssuanceRecord): void {
    this.records.push(record);
    const { newAuthority, certificate } = record;
    if (newAuthority) this.authorities.set(newAuthority.name, { ...newAuthority, certificate });
  }
}

/** The code of a refusal, then the places that it names; any other error is thrown on. */
export async function refusalOf(attempt: Promise<unknown>): Promise<readonly string[]> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return [error.code, ...error.violations.map(({ pointer }) => pointer)];
  }
  return ['granted'];
}

/** What a refusal says of each place, as `pointer: detail`; any other error is thrown on. */
export async function violationsOf(attempt: Promise<unknown>): Promise<readonly string[]> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return error.violations.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
  return [];
}

export function certificatePem({ der }: { readonly der: Uint8Array }): string {
  return encodePem('CERTIFICATE', der);
}
