import { PkiError } from '../errors.ts';
import { type Issuer, MAX_PATH_LENGTH } from '../issuance/issuer.ts';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import { signingSchemeOf, signWith } from '../x509/signature-scheme.ts';
import type { Authority } from './authority.ts';
import { type KeyWrapping, openAuthorityKey } from './private-key.ts';

export interface IssuersDeps {
  readonly findAuthority: (name: string) => Promise<Authority | undefined>;
  readonly wrapping: KeyWrapping;
}

/** Opens authorities for signing, and their paths, each once: an authority never changes after its creation. */
export class Issuers {
  readonly #deps: IssuersDeps;
  readonly #opened = new Map<string, Issuer>();
  readonly #paths = new Map<string, Issuer['path']>();

  constructor(deps: IssuersDeps) {
    this.#deps = deps;
  }

  /** @throws {PkiError} `authority-unknown`, or `authority-cannot-issue` for one whose key is elsewhere */
  async issuerOf(name: string): Promise<Issuer> {
    const known = this.#opened.get(name);
    if (known) return known;
    const authority = await this.#authorityOf(name);
    const issuer = this.#open(authority, await this.pathOf(name));
    this.#opened.set(name, issuer);
    return issuer;
  }

  /** The certification path of an authority: its own certificate first, the root's last. */
  async pathOf(name: string): Promise<Issuer['path']> {
    return this.#pathBelow(name, 0);
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
    const { name, kind, keyAlgorithm, rsaSignatureScheme, wrappedPrivateKey } = authority;
    if (!wrappedPrivateKey) throw withoutKey(name);
    const sealed = { wrappedPrivateKey, subjectPublicKeyInfo: path[0].subjectPublicKeyInfo };
    const privateKey = openAuthorityKey(this.#deps.wrapping, name, sealed);
    const scheme = signingSchemeOf(keyAlgorithm, rsaSignatureScheme);
    const sign = (octets: Uint8Array) => signWith(privateKey, scheme, octets);
    return { name, kind, signatureAlgorithm: scheme.identifier, path, sign };
  }

  async #authorityOf(name: string): Promise<Authority> {
    const authority = await this.#deps.findAuthority(name);
    if (authority) return authority;
    throw new PkiError('authority-unknown', `no authority "${name}"`);
  }
}

function withoutKey(name: string): PkiError {
  const detail = `the private key of authority "${name}" is not here; import it to issue by it`;
  return new PkiError('authority-cannot-issue', detail);
}
