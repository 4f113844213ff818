import type { Finding } from './finding.ts';
import {
  byAge,
  type ClusterView,
  type Gateway,
  type ObjectReference,
  wordsFor,
} from './gateway.ts';
import { ANY_HOST_FAULT, isAnyHost, isBelow, isCovered } from './host.ts';
import { SEPARATE_CA } from './place.ts';
import { secretNameFindings } from './secret-names.ts';
import { type Served, servedBy } from './served.ts';

/** What is known of a Secret that may hold a certificate. */
export interface Credential {
  readonly namespace: string;
  readonly name: string;
  /** Of its first certificate; `undefined` where there is none that can be read. */
  readonly certificate:
    | { readonly names: readonly string[]; readonly fingerprint: string }
    | undefined;
  /** Whose it is where another controller writes it, in words. */
  readonly owner?: string;
  /** Whether we have written it. */
  readonly isOurs: boolean;
}

/** The Secrets of the namespaces that are known; of any other nothing is said. */
export interface CredentialView {
  readonly namespaces: ReadonlySet<string>;
  readonly credentials: readonly Credential[];
}

/** What is amiss with how hosts are served, whoever supplies their certificates. */
export function coverageFindings(view: ClusterView, known: CredentialView): readonly Finding[] {
  const served = view.gateways.toSorted(byAge).flatMap((gateway) => servedBy(gateway, view));
  const secure = served.filter(({ isTls }) => isTls);
  const secrets = new Map(known.credentials.map((one) => [`${one.namespace}/${one.name}`, one]));
  return [
    ...secure.flatMap((one) => certificateFindings(one, { secrets, known })),
    ...unusedSecrets(secure, known),
    ...sharedHosts(secure),
    ...overlappingWildcards(secure),
    ...sharedCertificates(secure, secrets),
    ...mutualOnPlainHttp(served),
    ...foreignIssuers(view.gateways),
    ...view.gateways.flatMap(secretNameFindings),
  ];
}

function certificateFindings(
  { gateway, host, secrets: named, namesSecrets }: Served,
  { secrets, known }: { secrets: ReadonlyMap<string, Credential>; known: CredentialView },
): readonly Finding[] {
  const about = { object: gateway.reference, hosts: [host] };
  if (isAnyHost(host)) {
    return [{ ...about, code: 'any-host', detail: ANY_HOST_FAULT }];
  }
  if (!namesSecrets) {
    const detail = `host "${host}" is served with TLS and names no Secret`;
    return [{ ...about, code: 'host-without-certificate', detail }];
  }
  return named
    .filter(({ namespace }) => known.namespaces.has(namespace))
    .flatMap(({ namespace, name }): readonly Finding[] => {
      const secret = `Secret "${namespace}/${name}"`;
      const { certificate, owner } = secrets.get(`${namespace}/${name}`) ?? {};
      const detail = `${secret} belongs to ${owner ?? ''}`;
      const owned = owner ? [{ ...about, code: 'owned-by-another' as const, detail }] : [];
      if (!certificate) {
        const missing = `${secret}, from which host "${host}" is served, is missing or holds no certificate`;
        return [...owned, { ...about, code: 'host-without-certificate', detail: missing }];
      }
      if (isCovered(host, certificate.names)) return owned;
      const names = certificate.names.join(', ') || 'no host';
      const uncovered = `the certificate in ${secret} is for ${names}, and not for "${host}"`;
      return [...owned, { ...about, code: 'certificate-does-not-cover-host', detail: uncovered }];
    });
}

function unusedSecrets(secure: readonly Served[], known: CredentialView): readonly Finding[] {
  const used = new Set(
    // Beside each of them Istio looks for client authorities.
    secure.flatMap(({ secrets }) =>
      secrets.flatMap(({ namespace, name }) => [
        `${namespace}/${name}`,
        `${namespace}/${name}${SEPARATE_CA}`,
      ]),
    ),
  );
  return known.credentials
    .filter(({ isOurs, namespace, name }) => isOurs && !used.has(`${namespace}/${name}`))
    .map(({ namespace, name, certificate }) => ({
      code: 'secret-unused',
      object: { apiVersion: 'v1', kind: 'Secret', namespace, name },
      hosts: certificate?.names ?? [],
      detail: 'no Gateway and no Ingress that is watched names this Secret',
    }));
}

function sharedHosts(secure: readonly Served[]): readonly Finding[] {
  const groups = Map.groupBy(secure, ({ by, port, host }) => `${by} ${port} ${host}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const others = othersIn(group);
    if (!first || others.length === 0) return [];
    const { gateway, host, port } = first;
    const detail = `host "${host}" on port ${port} is also in ${others.map(wordsFor).join(', ')}`;
    return [
      {
        code: 'host-in-several-gateways',
        object: gateway.reference,
        hosts: [host],
        detail,
        others,
      },
    ];
  });
}

function overlappingWildcards(secure: readonly Served[]): readonly Finding[] {
  const wildcards = Map.groupBy(
    secure.filter(({ host }) => host.startsWith('*.')),
    ({ host, by, port }) => `${by} ${port} ${host}`,
  );
  return secure.flatMap((one) => {
    const above = `*.${one.host.split('.').slice(1).join('.')}`;
    const wider = wildcards
      .get(`${one.by} ${one.port} ${above}`)
      ?.find((other) => other.gateway !== one.gateway && isBelow(one.host, other.host));
    if (!wider) return [];
    const others = [wider.gateway.reference];
    const detail = `host "${one.host}" is also one of "${wider.host}" in ${others.map(wordsFor).join()}: clients use connections for one again for the other`;
    return [
      {
        code: 'wildcard-overlap',
        object: one.gateway.reference,
        hosts: [one.host, wider.host],
        detail,
        others,
      },
    ];
  });
}

function sharedCertificates(
  secure: readonly Served[],
  secrets: ReadonlyMap<string, Credential>,
): readonly Finding[] {
  const uses = secure.flatMap((served) =>
    served.secrets.map(({ namespace, name }) => {
      const place = `${namespace}/${name}`;
      const certificate = secrets.get(place)?.certificate?.fingerprint ?? place;
      return { ...served, certificate };
    }),
  );
  const groups = Map.groupBy(uses, ({ by, certificate }) => `${by} ${certificate}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const others = othersIn(group);
    if (!first || others.length === 0) return [];
    const hosts = [...new Set(group.map(({ host }) => host))].sort();
    const detail = `its certificate is also served by ${others.map(wordsFor).join(', ')}: requests over a connection that is used again are answered 404`;
    return [
      {
        code: 'certificate-in-several-gateways',
        object: first.gateway.reference,
        hosts,
        detail,
        others,
      },
    ];
  });
}

function mutualOnPlainHttp(served: readonly Served[]): readonly Finding[] {
  const plain = served.filter(({ isPlainHttp }) => isPlainHttp);
  const mutual = new Map(
    served.filter(({ isMutual }) => isMutual).map((one) => [`${one.by} ${one.host}`, one]),
  );
  return [...mutual.values()].flatMap((one) => {
    const open = plain.find(
      (other) =>
        other.by === one.by &&
        (other.host === one.host || isAnyHost(other.host) || isBelow(one.host, other.host)),
    );
    if (!open) return [];
    const detail = `host "${one.host}" asks clients for certificates on port ${one.port}, and answers without one on port ${open.port} of ${wordsFor(open.gateway.reference)}: set httpsRedirect there`;
    const others = open.gateway === one.gateway ? [] : [open.gateway.reference];
    return [
      {
        code: 'mutual-host-on-plain-http',
        object: one.gateway.reference,
        hosts: [one.host],
        detail,
        others,
      },
    ];
  });
}

function foreignIssuers(gateways: readonly Gateway[]): readonly Finding[] {
  return gateways.flatMap(({ reference, otherIssuer }) =>
    otherIssuer === undefined
      ? []
      : [
          {
            code: 'owned-by-another',
            object: reference,
            hosts: [],
            detail: `it has its certificates from ${otherIssuer}`,
          },
        ],
  );
}

/** The objects of a group but the first, each once. */
function othersIn(group: readonly Served[]): readonly ObjectReference[] {
  const all = [...new Set(group.map(({ gateway }) => gateway.reference))];
  return all.slice(1);
}
