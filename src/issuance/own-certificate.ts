import type { KeyObject } from 'node:crypto';
import type { Actor } from '../audit/entry.ts';
import type { Certificate, SubjectAltNames } from '../certificate.ts';
import { endOf, hasEnded } from '../has-ended.ts';
import { encodeCertificates, encodePrivateKey } from '../x509/pem.ts';
import { durationSeconds } from './duration.ts';
import type { LeafDeps, LeafRequest } from './issue-leaf.ts';
import type { Profile } from './profile.ts';
import { commonPeriodOf, givenSeconds } from './validity.ts';

export interface OwnCertificateDeps extends Pick<LeafDeps, 'now' | 'leafProfileOf' | 'issuerOf'> {
  readonly issue: (
    request: LeafRequest,
    actor: Actor,
  ) => Promise<{ readonly certificate: Certificate; readonly privateKey?: KeyObject }>;
}

/** What a TLS listener serves, as PEM. */
export interface ServedCertificate {
  readonly cert: string;
  readonly key: string;
}

const PROFILE = 'server';
/** Where its profile permits that. */
const LIFETIME_SECONDS = 30 * 86_400;

/**
 * The certificate of the service's own management listener: issued like any other, with a key that
 * is in memory and nowhere else, and replaced when a third of its life is left.
 */
export class OwnCertificate {
  readonly #deps: OwnCertificateDeps;
  readonly #authority: string;
  readonly #names: Pick<SubjectAltNames, 'dnsNames' | 'ipAddresses'>;
  #served: Certificate | undefined;

  constructor(
    deps: OwnCertificateDeps,
    authority: string,
    names: Pick<SubjectAltNames, 'dnsNames' | 'ipAddresses'>,
  ) {
    this.#deps = deps;
    this.#authority = authority;
    this.#names = names;
  }

  /** A new certificate when it is time for one, and at the first call; `undefined` otherwise. */
  async renewIfDue(): Promise<ServedCertificate | undefined> {
    const now = this.#deps.now();
    if (this.#served && !isDue(this.#served, now)) return undefined;
    const { path } = await this.#deps.issuerOf(this.#authority);
    const { notAfter: end } = commonPeriodOf(path);
    if (this.#served && isLast(this.#served, end, now)) return undefined;
    const profile = this.#deps.leafProfileOf(PROFILE);
    const request = {
      authority: this.#authority,
      profile: PROFILE,
      ...this.#names,
      validity: `${wantedSeconds(profile, givenSeconds({ issuedAt: now, notAfter: end }))}s`,
    };
    const { certificate, privateKey } = await this.#deps.issue(request, {
      name: 'own-certificate',
    });
    this.#served = certificate;
    const chain = [certificate, ...path.slice(0, -1)];
    return {
      cert: encodeCertificates(chain.map(({ der }) => der)),
      key: privateKey ? encodePrivateKey(privateKey) : '',
    };
  }
}

/** A third of its life is left, or the clock has been set back to before its beginning. */
function isDue(served: Certificate, now: Date): boolean {
  const renewBeforeMs = (givenSeconds(served) / 3) * 1_000;
  return (
    now < served.notBefore || now.getTime() >= endOf(served.notAfter).getTime() - renewBeforeMs
  );
}

/** Whether another one would end no later than this one, which clients still take. */
function isLast(served: Certificate, end: Date, now: Date): boolean {
  return served.notAfter >= end && now >= served.notBefore && !hasEnded(served, now);
}

/** What is left of the authority, and of the month; no less than the profile's minimum, which is refused where too little is left. */
function wantedSeconds({ validity: { minimum, maximum } }: Profile, left: number): number {
  const most = maximum === undefined ? LIFETIME_SECONDS : durationSeconds(maximum);
  const least = minimum === undefined ? 1 : durationSeconds(minimum);
  return Math.max(least, Math.min(LIFETIME_SECONDS, most, left));
}
