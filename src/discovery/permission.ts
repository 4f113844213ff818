import { isDnsNameIn } from '../issuance/name-patterns.ts';

/** What the objects of some namespaces may ask for; an entry of the setting `discovery`. */
export interface DiscoveryRule {
  /** Where the objects are; `*`: anywhere. */
  readonly namespaces: readonly string[];
  /** Where gateways' workloads are looked for, and where, beside their own namespaces, their Secrets may be. */
  readonly secretNamespaces: readonly string[];
  readonly authorities: readonly string[];
  readonly profiles: readonly string[];
  /** Patterns, as profiles have them. */
  readonly hosts: readonly string[];
  readonly clientAuthorities: readonly string[];
  /** Whether Secrets that somebody made by hand may be taken over in `secretNamespaces`, too. */
  readonly adopt: boolean;
  /** Of the certificates, as duration text. */
  readonly validity: string;
}

/** What one object would have issued. */
export interface Request {
  readonly namespace: string;
  readonly secretNamespace: string;
  readonly authority: string;
  readonly profile: string;
  readonly hosts: readonly string[];
  readonly clientAuthorities: readonly string[];
  readonly isAdoption: boolean;
}

/** The first rule that permits all of it, or what the one that permits most of it does not, in words. */
export function permissionFor(
  request: Request,
  rules: readonly DiscoveryRule[],
): { readonly rule: DiscoveryRule } | { readonly lacking: string } {
  const own = rules.filter(
    ({ namespaces }) => namespaces.includes('*') || namespaces.includes(request.namespace),
  );
  const judged = own.map((rule) => ({ rule, lacks: lacksOf(request, rule) }));
  const [best] = judged.toSorted((one, other) => one.lacks.length - other.lacks.length);
  if (!best) return { lacking: `namespace "${request.namespace}" may ask for nothing` };
  if (best.lacks.length === 0) return { rule: best.rule };
  return {
    lacking: `namespace "${request.namespace}" may not have ${best.lacks.join(', nor ')}`,
  };
}

function lacksOf(request: Request, rule: DiscoveryRule): readonly string[] {
  const { namespace, secretNamespace, authority, profile, clientAuthorities, isAdoption } = request;
  const isOwn = namespace === secretNamespace;
  const hosts = request.hosts.filter((host) => !rule.hosts.some((one) => isDnsNameIn(host, one)));
  const clients = clientAuthorities.filter((name) => !rule.clientAuthorities.includes(name));
  return [
    ...(rule.authorities.includes(authority) ? [] : [`authority "${authority}"`]),
    ...(rule.profiles.includes(profile) ? [] : [`profile "${profile}"`]),
    ...hosts.map((host) => `host "${host}"`),
    ...clients.map((name) => `client authority "${name}"`),
    ...(isOwn || rule.secretNamespaces.includes(secretNamespace)
      ? []
      : [`a Secret in namespace "${secretNamespace}"`]),
    ...(isOwn || rule.adopt || !isAdoption
      ? []
      : [`a Secret of somebody else in namespace "${secretNamespace}" (certwright.dev/adopt)`]),
  ];
}
