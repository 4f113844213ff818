import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KeyAlgorithm } from '../certificate.ts';
import { canonicalName } from '../issuance/names.ts';
import type { Profile } from '../issuance/profile.ts';
import { isSecretName } from '../rotation/secret-name.ts';
import type { DeclaringObject, RotationTarget } from '../rotation/target.ts';
import type { Finding } from './finding.ts';
import {
  byAge,
  type ClusterView,
  type Gateway,
  type SecretReference,
  type Server,
  wordsFor,
} from './gateway.ts';
import { ANY_HOST_FAULT, bareHost, isAnyHost } from './host.ts';
import { keyAlgorithmOf } from './key-algorithm.ts';
import { type DiscoveryRule, permissionFor } from './permission.ts';
import { placesOf, SEPARATE_CA } from './place.ts';
import { secretNameFindings } from './secret-names.ts';
import { type Wish, wishOf } from './wish.ts';

/** What the objects of the cluster ask for, as far as they may have it. */
export interface Declarations {
  readonly targets: readonly DeclaredTarget[];
  /** Secrets of which it is not known now where they are: what was declared for them before stays. */
  readonly unplaced: readonly { readonly object: DeclaringObject; readonly secret: string }[];
  readonly findings: readonly Finding[];
}

export type DeclaredTarget = RotationTarget & Required<Pick<RotationTarget, 'declaredBy'>>;

/** Who may declare what, and what the profiles that may be asked for say. */
export interface DiscoveryTerms {
  readonly rules: readonly DiscoveryRule[];
  /** Of one that a rule names, and that is there therefore. */
  readonly leafProfileOf: (name: string) => Profile;
}

/** Hosts of one Gateway that share a Secret, and what is asked for it. */
interface Asked {
  readonly gateway: Gateway;
  readonly wish: Wish;
  readonly secret: SecretReference;
  /** Whether it is the second certificate of the server that names it first. */
  readonly isSecond: boolean;
  readonly hosts: readonly string[];
  readonly isMutual: boolean;
}

interface Placed extends Asked {
  readonly namespace: string;
  readonly rule: DiscoveryRule;
  readonly keyAlgorithm: KeyAlgorithm;
}

/**
 * The targets that the objects declare, beside those that are `known` already. What is not clear, or not permitted, declares
 * nothing and is a finding.
 */
export function declarationsIn(
  view: ClusterView,
  terms: DiscoveryTerms,
  known: readonly RotationTarget[],
): Declarations {
  const judged = view.gateways.flatMap((gateway) => judgedOf(gateway, view, terms));
  const placed = judged.filter((one) => 'rule' in one);
  const faults = judged.filter((one) => 'finding' in one);
  const { targets, contradictions } = together(placed, known);
  return {
    targets,
    unplaced: faults.flatMap(({ unplaced }) => unplaced ?? []),
    findings: [...faults.map((one) => one.finding), ...contradictions],
  };
}

interface Faulty {
  readonly finding: Finding;
  readonly unplaced?: Declarations['unplaced'][number];
}

function judgedOf(
  gateway: Gateway,
  view: ClusterView,
  terms: DiscoveryTerms,
): readonly (Placed | Faulty)[] {
  const wish = wishOf(gateway);
  if (wish === undefined) return [];
  if ('fault' in wish) return [{ finding: finding(gateway, 'annotations-incomplete', wish.fault) }];
  const placeOf = placesOf(gateway, view);
  const misnamed = secretNameFindings(gateway).map((one) => ({ finding: one }));
  const judged = askedBy(gateway, wish).map((asked) => {
    const place = placeOf(asked.secret);
    if ('namespace' in place) return judge(asked, place.namespace, terms);
    const fault = { ...finding(gateway, place.code, place.fault), hosts: asked.hosts };
    return { finding: fault, unplaced: { object: gateway.reference, secret: asked.secret.name } };
  });
  return [...misnamed, ...judged];
}

/** One for each Secret that the object names; a Secret named by several servers has all their hosts. */
function askedBy(gateway: Gateway, wish: Wish): readonly Asked[] {
  const bySecret = new Map<string, Omit<Asked, 'hosts'> & { readonly hosts: Set<string> }>();
  for (const { tls, hosts } of gateway.servers) {
    const named = [...(tls?.secrets ?? []).entries()].filter(([, { name }]) => isSecretName(name));
    for (const [index, secret] of named) {
      const key = JSON.stringify([secret.namespace, secret.name]);
      const before = bySecret.get(key);
      const isSecond = before?.isSecond ?? index === 1;
      const all = before?.hosts ?? new Set<string>();
      for (const host of hosts) all.add(hostOf(host));
      const isMutual = (before?.isMutual ?? false) || needsClientAuthorities(tls);
      bySecret.set(key, { gateway, wish, secret, isSecond, hosts: all, isMutual });
    }
  }
  return [...bySecret.values()].map((one) => ({ ...one, hosts: [...one.hosts].sort() }));
}

function hostOf(host: string): string {
  return canonicalName('dnsNames', bareHost(host));
}

function needsClientAuthorities(tls: Server['tls']): boolean {
  return tls?.isMutual === true && !tls.hasOtherClientAuthorities;
}

function judge(asked: Asked, namespace: string, terms: DiscoveryTerms): Placed | Faulty {
  const { gateway, wish, secret, hosts, isMutual } = asked;
  if (hosts.some(isAnyHost)) {
    return { finding: { ...finding(gateway, 'any-host', ANY_HOST_FAULT), hosts } };
  }
  if (isMutual && wish.clientAuthorities.length === 0) {
    const detail =
      'its clients show certificates: name their authorities in certwright.dev/client-authorities';
    return { finding: { ...finding(gateway, 'client-authorities-missing', detail), hosts } };
  }
  if (secret.name.endsWith(SEPARATE_CA)) {
    const served = secret.name.slice(0, -SEPARATE_CA.length);
    const detail = `in Secret "${secret.name}" Istio would look for the client authorities of "${served}"`;
    return { finding: { ...finding(gateway, 'not-permitted', detail), hosts } };
  }
  const clientAuthorities = isMutual ? wish.clientAuthorities : [];
  const request = { ...wish, hosts, clientAuthorities };
  const permission = permissionFor(
    {
      ...request,
      isAdoption: wish.adopt,
      namespace: gateway.reference.namespace,
      secretNamespace: namespace,
    },
    terms.rules,
  );
  if ('lacking' in permission) {
    return { finding: { ...finding(gateway, 'not-permitted', permission.lacking), hosts } };
  }
  const keyAlgorithm = keyAlgorithmOf(terms.leafProfileOf(wish.profile), asked);
  return { ...asked, namespace, rule: permission.rule, keyAlgorithm };
}

/**
 * A Secret belongs to the object that has it, though it was deleted and made anew meanwhile, and else to the oldest that
 * names it. Others of the same namespace that ask for the same share it; whoever else names it, later, can neither
 * change it nor have it taken away.
 */
function together(placed: readonly Placed[], known: readonly RotationTarget[]) {
  const holders = new Map(known.map(({ name, declaredBy }) => [name, declaredBy?.objects ?? []]));
  const targets: DeclaredTarget[] = [];
  const contradictions: Finding[] = [];
  const groups = Map.groupBy(placed, ({ namespace, secret }) => `${namespace}/${secret.name}`);
  for (const group of groups.values()) {
    const aged = group.toSorted((one, other) => byAge(one.gateway, other.gateway));
    const first = holderIn(aged, holders) ?? aged[0];
    if (!first) continue;
    const others = aged.filter((one) => one !== first);
    const sharing = others.filter((one) => termsOf(one) === termsOf(first));
    const rivals = others.filter((one) => !sharing.includes(one));
    targets.push(targetOf([first, ...sharing], first));
    contradictions.push(...rivals.map((one) => contradiction(one, first)));
  }
  return {
    targets: targets.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    contradictions,
  };
}

/** Of the objects for which a Secret is supplied already, the first that still names it. */
function holderIn(
  group: readonly Placed[],
  holders: ReadonlyMap<string, readonly DeclaringObject[]>,
): Placed | undefined {
  const [one] = group;
  const objects = one && holders.get(targetName(one.namespace, one.secret.name));
  const held = (objects ?? []).flatMap((object) =>
    group.filter(({ gateway }) => isDeepStrictEqual(gateway.reference, object)),
  );
  return held[0];
}

function termsOf({ gateway, wish, keyAlgorithm, rule, isMutual }: Placed): string {
  const { namespace } = gateway.reference;
  return JSON.stringify([namespace, wish, keyAlgorithm, rule.validity, isMutual]);
}

function contradiction({ gateway, hosts, secret }: Placed, holder: Placed): Finding {
  const { reference } = holder.gateway;
  const detail = `Secret "${secret.name}" is that of ${wordsFor(reference)}, which asks for something else`;
  return { ...finding(gateway, 'contradiction', detail), hosts, others: [reference] };
}

function targetOf(group: readonly Placed[], first: Placed): DeclaredTarget {
  const { wish, rule, namespace, secret, keyAlgorithm, isMutual } = first;
  return {
    name: targetName(namespace, secret.name),
    authority: wish.authority,
    profile: wish.profile,
    dnsNames: [...new Set(group.flatMap(({ hosts }) => hosts))].sort(),
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    keyAlgorithm,
    validity: rule.validity,
    destination: {
      type: 'kubernetesSecret',
      namespace,
      name: secret.name,
      secretType: 'kubernetes.io/tls',
      includeRoot: true,
      clientAuthorities: isMutual ? wish.clientAuthorities : [],
      clientTrust: 'issuer',
      adopt: wish.adopt,
    },
    rollback: false,
    declaredBy: {
      objects: group.map(({ gateway }) => gateway.reference),
      removesSecret: wish.removesSecret,
    },
  };
}

/**
 * The same name for the same Secret, for ever, and for no other: it ends in 96 bits of a digest of all of the
 * Secret's name, of which the part before is for people.
 */
export function targetName(namespace: string, secret: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([namespace, secret]))
    .digest('hex');
  const slug = secret.slice(0, 26).replace(/[^a-z0-9]+$/, '');
  return `discovered.${slug}.${digest.slice(0, 24)}`;
}

function finding({ reference }: Gateway, code: Finding['code'], detail: string): Finding {
  return { code, object: reference, hosts: [], detail };
}
