import { randomUUID } from 'node:crypto';
import type { AuthorityKind } from '../certificate.ts';
import { draftCertificate } from '../issuance/draft-certificate.ts';
import type { SelfSigner } from '../issuance/issuance-request.ts';
import type { Issuer } from '../issuance/issuer.ts';
import { Profiles } from '../issuance/profiles.ts';
import { requestedNames } from '../issuance/requested-names.ts';
import { signingSchemeOf } from '../x509/signature-scheme.ts';
import type { SampleDeps } from './target-violations.ts';

const KEY_ALGORITHM = 'ecdsa-p256';
/** No profile's minimum is longer, up to the year 9999. */
const VALIDITY = '7000y';

/**
 * An authority of this kind that forbids nothing of itself and does not end: what a draft breaks under it, it would break
 * under any. It signs nothing.
 */
export async function anyIssuer(
  deps: Pick<SampleDeps, 'randomBytes' | 'sampleKeyOf'>,
  kind: AuthorityKind,
  now: Date,
): Promise<Issuer> {
  const publicKey = await deps.sampleKeyOf(KEY_ALGORITHM);
  const { profileOf } = new Profiles();
  const draft = (profile: AuthorityKind, signer: SelfSigner | Issuer) => {
    const subject = { commonName: `any ${profile} ${randomUUID()}` };
    const terms = { names: requestedNames({}), validity: VALIDITY };
    const request = { profile, publicKey, subject, ...terms, subjectPointer: () => '/subject' };
    return draftCertificate({ randomBytes: deps.randomBytes, profileOf }, { signer, request }, now)
      .decoded;
  };
  const signer = {
    name: `any ${kind}`,
    signatureAlgorithm: signingSchemeOf(KEY_ALGORITHM, undefined).identifier,
    sign: () => Promise.reject(new Error('an authority that stands for any signs nothing')),
  };
  const root = draft('root', { ...signer, path: [] });
  const asRoot: Issuer = { ...signer, path: [root] };
  if (kind === 'root') return asRoot;
  return { ...signer, path: [draft('intermediate', asRoot), root] };
}
