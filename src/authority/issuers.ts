import { PkiError } from '../errors.ts';
import { type Issuer, MAX_PATH_LENGTH } from '../issuance/issuer.ts';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import { readRequest } from '../x509/decode-request.ts';
import { readDer } from '../x509/der-reader.ts';
import { signingSchemeOf, signWith } from '../x509/signature-scheme.ts';
import {
  type Authority,
  AWAITS_CERTIFICATE,
  isCertified,
  type RecordedAuthority,
} from './authority.ts';
import { type KeyWrapping, openAuthorityKey } from './private-key.ts';

export interface IssuersDeps {
  readonly findAuthority: (name: string) => Promise<RecordedAuthority | undefined>;
  readonly wrapping: KeyWrapping;
}

/**
 * Opens authorities for signing, and their paths, each once: one that has its certificate and key never changes
 * again. What is lacking is not remembered, since it may come in at any time, and by another process.
 */
export class Issuers {
  readonly #deps: IssuersDeps;
  readonly #opened = new Map<string, Issuer>();
  readonly #paths = new Map<string, Issuer['path']>();

  constructor(deps: IssuersDeps) {
    this.#deps = deps;
  }

  /** @throws {PkiError} `authority-unknown`, or `authority-cannot-issue` for one without certificate or key */
  async issuerOf(name: string): Promise<Issuer> {
    const known = this.#opened.get(name);
    if (known) return known;
    const authority = await this.#authorityOf(name);
    const issuer = this.#open(authority, await this.pathOf(name));
    this.#opened.set(name, issuer);
    return issuer;
  }

  /**
   * The certification path of an authority: its own certificate first, the root's last.
   *
   * @throws {PkiError} `authority-unknown`, or `authority-cannot-issue` for one without a certificate
   */
  async pathOf(name: string): Promise<Issuer['path']> {
    return this.#pathBelow(name, 0);
  }

  /**
   * Ends where the key of an authority opens, pending or not, or where it has none.
   *
   * @throws where the key-encryption key is another one
   */
  async assertKeyOpens(authority: RecordedAuthority): Promise<void> {
    const { name, wrappedPrivateKey } = authority;
    if (isCertified(authority)) {
      if (wrappedPrivateKey) await this.issuerOf(name);
      return;
    }
    const { subjectPublicKeyInfo } = readDer(authority.certificationRequest, readRequest);
    const sealed = { wrappedPrivateKey: authority.wrappedPrivateKey, subjectPublicKeyInfo };
    openAuthorityKey(this.#deps.wrapping, name, sealed);
  }

  /** `depth` authorities have been passed on the way up: a loop in the records must not go on for ever. */
  async #pathBelow(name: string, depth: number): Promise<Issuer['path']> {
    const known = this.#paths.get(name);
    if (known) return known;
    if (depth > MAX_PATH_LENGTH) throw new Error(`the path of authority "${name}" is endless`);
    const { certificate, parent } = await this.#authorityOf(name);
    const above = parent === null ? [] : await this.#pathBelow(parent, depth + 1);
    const path: Issuer['path'] = [decodeCertificate(certificate.der), ...above];
    this.#paths.set(name, path);
    return path;
  }

  #open(authority: Authority, path: Issuer['path']): Issuer {
    const { name, keyAlgorithm, rsaSignatureScheme, wrappedPrivateKey } = authority;
    if (!wrappedPrivateKey) throw withoutKey(name);
    const sealed = { wrappedPrivateKey, subjectPublicKeyInfo: path[0].subjectPublicKeyInfo };
    const privateKey = openAuthorityKey(this.#deps.wrapping, name, sealed);
    const scheme = signingSchemeOf(keyAlgorithm, rsaSignatureScheme);
    const sign = (octets: Uint8Array) => signWith(privateKey, scheme, octets);
    return { name, signatureAlgorithm: scheme.identifier, path, sign };
  }

  async #authorityOf(name: string): Promise<Authority> {
    const authority = await this.#deps.findAuthority(name);
    if (!authority) throw new PkiError('authority-unknown', `no authority "${name}"`);
    if (isCertified(authority)) return authority;
    throw new PkiError('authority-cannot-issue', `authority "${name}" ${AWAITS_CERTIFICATE}`);
  }
}

function withoutKey(name: string): PkiError {
  const detail = `the private key of authority "${name}" is not here; import it to issue by it`;
  return new PkiError('authority-cannot-issue', detail);
}
