import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'certwright-kustomize-'));
after(() => rmSync(folder, { recursive: true }));

interface Resource {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly env: readonly { readonly name: string; readonly value: string }[];
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
        }[];
      };
    };
    readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
    readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[];
  };
}

/** What a kustomization that names these folders comes to. */
function built(base: string, ...components: readonly string[]): readonly Resource[] {
  const from = (name: string) => relative(folder, join(deploy, name));
  const text = JSON.stringify({ resources: [from(base)], components: components.map(from) });
  writeFileSync(join(folder, 'kustomization.yaml'), text);
  const args = ['kustomize', '--load-restrictor', 'LoadRestrictionsNone', folder];
  const yaml = execFileSync('kubectl', args, { encoding: 'utf8' });
  return parseAllDocuments(yaml).map((document) => document.toJS() as Resource);
}

/** Where secrets are handed out: the setting, the container's port, the Service's and the policy's. */
function portsFor(resources: readonly Resource[]) {
  const specOf = (kind: string) =>
    resources.find((resource) => resource.kind === kind)?.spec ?? assert.fail(kind);
  const [container] = specOf('Deployment').template.spec.containers;
  const [rule] = specOf('NetworkPolicy').ingress;
  return {
    setting: container?.env.find(({ name }) => name === 'PKI_SDS_LISTEN')?.value,
    container: container?.ports.find(({ name }) => name === 'sds')?.containerPort,
    service: specOf('Service').ports.find(({ targetPort }) => targetPort === 'sds')?.port,
    isAdmitted: rule?.ports.some(({ port }) => port === 'sds'),
  };
}

describe('deploy/components/sds', () => {
  for (const base of ['base', 'overlays/aks-istio-addon']) {
    it(`opens one port on the whole way to the listener, on ${base}`, () => {
      assert.deepEqual(portsFor(built(base, 'components/sds')), {
        ...{ setting: '0.0.0.0:8444', container: 8444, service: 8444, isAdmitted: true },
      });
    });

    it(`is what opens it, on ${base}`, () => {
      const none = { setting: undefined, container: undefined, service: undefined };
      assert.deepEqual(portsFor(built(base)), { ...none, isAdmitted: false });
    });
  }
});
