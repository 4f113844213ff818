import { randomBytes } from 'node:crypto';
import type { Authority } from '../../src/authority/authority.ts';
import { type AuthorityRequest, createAuthority } from '../../src/authority/create-authority.ts';
import { Issuers } from '../../src/authority/issuers.ts';
import { issueLeaf, type LeafRequest } from '../../src/issuance/issue-leaf.ts';
import { Profiles } from '../../src/issuance/profiles.ts';
import type { DestinationFiles } from '../../src/rotation/destination.ts';
import { expectationOf, filesOf } from '../../src/rotation/expectation.ts';
import type { DirectoryDestination, RotationTarget } from '../../src/rotation/target.ts';
import { newKeyPair } from '../../src/x509/key.ts';

export const OPERATOR = { name: 'admin' } as const;
const START = new Date('2030-01-01T00:00:00Z');
const profiles = new Profiles();

/** A clock that only a test moves. */
export class TestClock {
  #time = START.getTime();

  readonly now = (): Date => new Date(this.#time);

  set(instant: Date): void {
    this.#time = instant.getTime();
  }

  advance(milliseconds: number): void {
    this.#time += milliseconds;
  }
}

/** Real authorities and real issuing, kept in memory. */
export class TestAuthorities {
  readonly #authorities = new Map<string, Authority>();
  readonly #issuers: Issuers;
  readonly #now: () => Date;
  issued = 0;

  constructor(now: () => Date) {
    this.#now = now;
    const findAuthority = async (name: string) => this.#authorities.get(name);
    this.#issuers = new Issuers({ findAuthority, wrapping: NO_WRAPPING });
  }

  /** `root`, and under it `issuing` and its sibling `other`. */
  static async withSiblings(now: () => Date): Promise<TestAuthorities> {
    const authorities = new TestAuthorities(now);
    await authorities.create({ name: 'root' });
    await authorities.create({ name: 'issuing', parent: 'root' });
    await authorities.create({ name: 'other', parent: 'root' });
    return authorities;
  }

  /** A root; with a parent, an intermediate. */
  async create(
    request: Pick<AuthorityRequest, 'name'> & Partial<AuthorityRequest>,
  ): Promise<Authority> {
    const { name, parent } = request;
    const deps = {
      ...this.#deps(),
      wrapping: NO_WRAPPING,
      findAuthority: async (authority: string) => this.#authorities.get(authority),
    };
    const authority = await createAuthority(
      deps,
      {
        kind: parent === undefined ? 'root' : 'intermediate',
        subject: { commonName: `Test ${name}` },
        keyAlgorithm: 'ecdsa-p256',
        validity: parent === undefined ? '20y' : '5y',
        ...request,
      },
      OPERATOR,
    );
    this.#authorities.set(name, authority);
    return authority;
  }

  readonly leafProfileOf = profiles.leafProfileOf;

  readonly pathOf = (authority: string) => this.#issuers.pathOf(authority);

  readonly issuerOf = (authority: string) => this.#issuers.issuerOf(authority);

  readonly exists = async (authority: string) => this.#authorities.has(authority);

  readonly issue = async (request: LeafRequest) => {
    this.issued += 1;
    return issueLeaf(
      { ...this.#deps(), wrapSubscriberKey: () => Buffer.alloc(0) },
      request,
      OPERATOR,
    );
  };

  /** The files that a rotation of `target` writes. */
  async filesFor(target: RotationTarget): Promise<DestinationFiles> {
    const { destination, name, renewBefore, ...request } = target;
    const { certificate, privateKey } = await this.issue(request);
    const privateKeyPem = String(privateKey?.export({ type: 'pkcs8', format: 'pem' }));
    const leaf = { der: certificate.der, privateKeyPem };
    return filesOf(leaf, await expectationOf(this, target));
  }

  #deps() {
    return {
      now: this.#now,
      profileOf: profiles.profileOf,
      leafProfileOf: profiles.leafProfileOf,
      randomBytes,
      newKeyPair,
      issuerOf: this.issuerOf,
      record: async () => undefined,
    };
  }
}

const NO_WRAPPING = {
  wrap: (privateKey: Uint8Array) => privateKey,
  unwrap: (wrapped: Uint8Array) => wrapped,
};

/** A target that writes to a directory of its own; `changes` says what a test is about. */
export function testTarget(
  changes: Partial<Omit<RotationTarget, 'destination'>> & {
    readonly destination?: Partial<DirectoryDestination>;
  } = {},
): RotationTarget {
  const { destination, ...members } = changes;
  const name = changes.name ?? 'shop';
  return {
    name,
    authority: 'issuing',
    profile: 'server',
    dnsNames: [`${name}.example.org`],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    keyAlgorithm: 'ecdsa-p256',
    validity: '30d',
    ...members,
    destination: {
      type: 'directory',
      path: `/tls/${name}`,
      includeRoot: true,
      clientAuthorities: [],
      clientTrust: 'issuer',
      keyMode: '0600',
      ...destination,
    },
  };
}
