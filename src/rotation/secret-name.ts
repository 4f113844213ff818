/** Of a DNS subdomain, RFC 1123 §2.1. */
export const MAX_SUBDOMAIN_LENGTH = 253;

/** RFC 1123 §2.1, as Kubernetes takes names of Secrets: labels with dots between them. */
export const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Whether Kubernetes takes `name` for a Secret. */
export function isSecretName(name: string): boolean {
  return name.length <= MAX_SUBDOMAIN_LENGTH && SUBDOMAIN.test(name);
}
