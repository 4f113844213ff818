import type { KeyObject } from 'node:crypto';
import type { Actor } from '../audit/entry.ts';
import type { Certificate, SubjectAltNames } from '../certificate.ts';
import { encodeCertificates, encodePrivateKey } from '../x509/pem.ts';
import type { LeafRequest } from './issue-leaf.ts';
import type { Issuer } from './issuer.ts';
import { commonPeriodOf } from './validity.ts';

export interface OwnCertificateDeps {
  readonly now: () => Date;
  /** @throws {PkiError} `authority-unknown` */
  readonly issuerOf: (authority: string) => Promise<Issuer>;
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

const LIFETIME_SECONDS = 30 * 86_400;

/**
 * The certificate of the service's own management listener: issued like any other, with a key that
 * is in memory and nowhere else, and replaced when a third of its life is left.
 */
export class OwnCertificate {
  readonly #deps: OwnCertificateDeps;
  readonly #authority: string;
  readonly #names: Pick<SubjectAltNames, 'dnsNames' | 'ipAddresses'>;
  #renewAt = new Date(0);

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
    if (this.#deps.now() < this.#renewAt) return undefined;
    const { path } = await this.#deps.issuerOf(this.#authority);
    const { notAfter: end } = commonPeriodOf(path);
    const remaining = Math.floor((end.getTime() - this.#deps.now().getTime()) / 1000);
    const request = {
      authority: this.#authority,
      profile: 'server',
      ...this.#names,
      validity: `${Math.max(1, Math.min(LIFETIME_SECONDS, remaining))}s`,
    } as const;
    const { certificate, privateKey } = await this.#deps.issue(request, {
      name: 'own-certificate',
    });
    const { notBefore, notAfter } = certificate;
    const lifetimeMs = notAfter.getTime() - notBefore.getTime();
    this.#renewAt = new Date(notAfter.getTime() - lifetimeMs / 3);
    const chain = [certificate, ...path.slice(0, -1)];
    return {
      cert: encodeCertificates(chain.map(({ der }) => der)),
      key: privateKey ? encodePrivateKey(privateKey) : '',
    };
  }
}
