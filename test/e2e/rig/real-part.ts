import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const installScript = 'test/e2e/parts/install';
const versions = parseVersions(readFileSync(new URL('../parts/versions', import.meta.url), 'utf8'));

/** Where `parts/install` put each thing that it does not leave on the PATH. */
const fileNames = {
  etcd: `etcd-${versions['ETCD_VERSION']}`,
  kubeApiserver: `kube-apiserver-${versions['KUBERNETES_VERSION']}`,
  libfaketime: `libfaketime-${versions['FAKETIME_VERSION']}.so`,
  envoy: `envoy-${versions['ENVOY_VERSION']}`,
  prometheus: `prometheus-${versions['PROMETHEUS_VERSION']}/prometheus`,
  promtool: `prometheus-${versions['PROMETHEUS_VERSION']}/promtool`,
  istioCrds: `istio-crds-${versions['ISTIO_API_VERSION']}.yaml`,
  gatewayApiCrds: `gateway-api-crds-${versions['GATEWAY_API_VERSION']}.yaml`,
  pkilint: `pkilint-${versions['PKILINT_VERSION']}`,
  istiod: `istiod-${versions['ISTIOD_VERSION']}`,
  idna: `idna-${versions['IDNA_VERSION']}`,
  zlint: `zlint-${versions['ZLINT_VERSION']}`,
} as const;

/** The path of a real part; a missing one is a failure and never a skipped test. */
export function realPart(part: keyof typeof fileNames): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const path = join(cache, 'certwright', fileNames[part]);
  if (!existsSync(path)) {
    const only = part === 'istiod' ? ' istiod' : '';
    throw new Error(`${path} is missing: run \`bash ${installScript}${only}\` first`);
  }
  return path;
}

function parseVersions(text: string): Readonly<Record<string, string>> {
  const lines = [...text.matchAll(/^(\w+)=(.+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', version = '']) => [name, version]));
}
