import {
  type AuthorityKind,
  KEY_ALGORITHMS,
  type KeyAlgorithm,
  RSA_SIGNATURE_SCHEMES,
} from '../../../src/certificate.ts';
import type { NameConstraints } from '../../../src/x509/name-constraints.ts';
import type { IssuanceWorld } from '../../support/issuance.ts';
import type { Dice } from './dice.ts';
import { someSubject, type Territory, text } from './random-names.ts';

export interface GeneratedAuthority {
  readonly name: string;
  readonly kind: AuthorityKind;
  /** Whether leaves are to be issued by it. */
  readonly isIssuing: boolean;
  /** Where its name constraints permit names. */
  readonly territory: Territory;
}

/** Room for the longest of the names below, which follows. */
const WORDS_BEFORE_NAME = 30;
/** Through 2049 a date is a UTCTime, and later a GeneralizedTime: roots of both kinds. */
const ROOT_VALIDITIES = ['10y', '20y', '60y'];

const DOMAIN = 'held.example';
const CONSTRAINTS: NameConstraints = {
  permitted: {
    dnsNames: [DOMAIN],
    ipRanges: ['10.0.0.0/8', 'fd00::/8'],
    emailDomains: [DOMAIN],
    uriDomains: [`.${DOMAIN}`],
  },
  excluded: {
    dnsNames: [`never.never.${DOMAIN}`],
    ipRanges: ['10.255.255.255/32'],
    emailDomains: [`never.${DOMAIN}`],
    uriDomains: [`never.never.${DOMAIN}`],
  },
};

/**
 * For every key algorithm a root, and below it three authorities whose keys are of another: one that
 * issues at once, one whose name constraints hold, and one that has an authority in between.
 */
export async function generateAuthorities(
  dice: Dice,
  world: IssuanceWorld,
): Promise<readonly GeneratedAuthority[]> {
  const made: GeneratedAuthority[] = [];
  for (const keyAlgorithm of KEY_ALGORITHMS)
    made.push(await generateRoot(dice, world, keyAlgorithm));
  const roots = [...made];
  for (const keyAlgorithm of KEY_ALGORITHMS) {
    const below = (parent: GeneratedAuthority, name: string, changes: Changes) =>
      generateIntermediate(dice, world, { parent: parent.name, keyAlgorithm, name, ...changes });
    const root = dice.of(roots);
    made.push(await below(root, `issuing-${keyAlgorithm}`, { pathLenConstraint: 0 }));
    made.push(await below(root, `held-${keyAlgorithm}`, { nameConstraints: CONSTRAINTS }));
    const upper = await below(dice.of(roots), `upper-${keyAlgorithm}`, { pathLenConstraint: 1 });
    made.push(upper, await below(upper, `lower-${keyAlgorithm}`, { validity: '4y' }));
  }
  return made;
}

async function generateRoot(
  dice: Dice,
  world: IssuanceWorld,
  keyAlgorithm: KeyAlgorithm,
): Promise<GeneratedAuthority> {
  const name = `root-${keyAlgorithm}`;
  const subject = subjectOf(dice, name);
  const scheme = signatureSchemeOf(dice, keyAlgorithm);
  const validity = dice.of(ROOT_VALIDITIES);
  await world.createRoot({ name, subject, keyAlgorithm, ...scheme, validity });
  return { name, kind: 'root', isIssuing: false, territory: {} };
}

type Changes = Partial<Parameters<IssuanceWorld['createIntermediate']>[0]>;

async function generateIntermediate(
  dice: Dice,
  world: IssuanceWorld,
  changes: Changes & { readonly name: string },
): Promise<GeneratedAuthority> {
  const scheme = signatureSchemeOf(dice, changes.keyAlgorithm);
  const subject = subjectOf(dice, changes.name);
  await world.createIntermediate({ subject, ...scheme, ...changes });
  const territory = changes.nameConstraints ? { domain: DOMAIN } : {};
  return { name: changes.name, kind: 'intermediate', isIssuing: true, territory };
}

/** RSA alone has two. */
function signatureSchemeOf(dice: Dice, keyAlgorithm = '') {
  if (!keyAlgorithm.startsWith('rsa')) return {};
  return { rsaSignatureScheme: dice.of(RSA_SIGNATURE_SCHEMES) };
}

/** No two alike, since a path is found by names. */
function subjectOf(dice: Dice, name: string) {
  return someSubject(dice, () => `${text(dice, WORDS_BEFORE_NAME)} ${name}`);
}
