import { isSecretName } from '../rotation/secret-name.ts';
import type { Finding } from './finding.ts';
import type { Gateway } from './gateway.ts';
import { bareHost } from './host.ts';

/** As much of a name that is none as a person needs to find it. */
const SHOWN_CHARACTERS = 100;

/** A finding for each name in an object that no Secret can have. */
export function secretNameFindings({ reference, servers }: Gateway): readonly Finding[] {
  const hostsOf = new Map<string, Set<string>>();
  for (const { tls, hosts } of servers) {
    for (const { name } of tls?.secrets ?? []) {
      if (isSecretName(name)) continue;
      const all = hostsOf.get(name) ?? new Set();
      for (const host of hosts) all.add(bareHost(host));
      hostsOf.set(name, all);
    }
  }
  return [...hostsOf].map(([name, hosts]) => ({
    code: 'secret-name-invalid',
    object: reference,
    hosts: [...hosts].sort(),
    detail: `no Secret can be called ${JSON.stringify(name.slice(0, SHOWN_CHARACTERS))}: the name must be a DNS subdomain, in lower case and without a namespace`,
  }));
}
