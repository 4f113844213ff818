/** A host as an Istio Gateway has it, without the namespaces whose routes may be bound to it: `ns/host`. */
export function bareHost(host: string): string {
  return host.slice(host.lastIndexOf('/') + 1).toLowerCase();
}

/** Whether it stands for every host there is, so that no certificate can have it. */
export function isAnyHost(host: string): boolean {
  return host === '*' || host === '';
}

/** Whether clients take one of a certificate's names for `host` (RFC 9525 §6.3): a `*` is one whole label. */
export function isCovered(host: string, names: readonly string[]): boolean {
  return names.some((name) => name === host || isBelow(host, name));
}

/** Whether `wildcard` stands for `host` and is another one. */
export function isBelow(host: string, wildcard: string): boolean {
  if (!wildcard.startsWith('*.') || host === wildcard) return false;
  const [, ...rest] = host.split('.');
  return rest.join('.') === wildcard.slice(2) && !host.startsWith('*.');
}

/** What is wrong with such a host, in words. */
export const ANY_HOST_FAULT =
  'it has a server for every host ("*"), and a certificate has names: list the hosts';
