import { type KubeSecret, secretPart } from './kube-api.ts';
import type { SdsContent } from './sds-file.ts';

/** The Secrets of one namespace, by name. */
export type Secrets = ReadonlyMap<string, KubeSecret>;

/** Names of a server's pair inside a Secret; the first complete one wins (istio `pilot/pkg/credentials/kube/secrets.go`). */
const pairNames = [
  { certificate: 'cert', privateKey: 'key' },
  { certificate: 'tls.crt', privateKey: 'tls.key' },
];

/** Names of the clients' authorities inside a Secret; the first that is there wins. */
const authoritiesNames = ['cacert', 'ca.crt'];

/** The Secret that overrides the authorities in the Secret `credentialName`, where it exists. */
export function authoritiesSecretName(credentialName: string): string {
  return `${credentialName}-cacert`;
}

/** What istiod pushes as the server's pair, or `undefined` where it would push nothing. */
export function serverPair(secrets: Secrets, credentialName: string): SdsContent | undefined {
  const secret = secrets.get(credentialName);
  for (const names of pairNames) {
    const certificate = secretPart(secret, names.certificate);
    const privateKey = secretPart(secret, names.privateKey);
    if (!certificate || !privateKey) continue;
    return {
      tls_certificate: {
        certificate_chain: { inline_string: certificate },
        private_key: { inline_string: privateKey },
      },
    };
  }
  return undefined;
}

/** What istiod pushes as the clients' authorities. The `-cacert` Secret wins even when it is of no use. */
export function clientAuthorities(
  secrets: Secrets,
  credentialName: string,
): SdsContent | undefined {
  const secret = secrets.get(authoritiesSecretName(credentialName)) ?? secrets.get(credentialName);
  const found = authoritiesNames.map((name) => secretPart(secret, name)).find(Boolean);
  if (found === undefined) return undefined;
  return { validation_context: { trusted_ca: { inline_string: found } } };
}
