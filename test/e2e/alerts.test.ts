import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { parseCommandLine } from '../../api/commands/command-line.ts';
import { anchorsOf } from '../support/markdown-anchors.ts';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { startCluster } from './rig/cluster.ts';
import { kubectl } from './rig/kubectl.ts';
import { type Prometheus, startPrometheus } from './rig/prometheus.ts';
import { realPart } from './rig/real-part.ts';
import { type Service, startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const ruleFile = join(project, 'deploy/prometheus/alerts.yaml');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
    }[];
  }[];
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const alerts = (parse(readFileSync(ruleFile, 'utf8')) as Rules).groups.flatMap(
  ({ rules }) => rules,
);
const dashboard = JSON.parse(
  readFileSync(join(project, 'deploy/grafana/dashboard.json'), 'utf8'),
) as { readonly panels: readonly Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

function promtool(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(realPart('promtool'), args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

describe('deploy/prometheus/alerts.yaml', () => {
  it('is what promtool takes for rules', () => {
    promtool('check', 'rules', '--lint=all', '--lint-fatal', ruleFile);
  });

  it('fires when it should, and only then', () => {
    promtool('test', 'rules', join(project, 'test/e2e/alerts.test.yaml'));
  });

  it('has a unit test that expects each alert, and one in which each keeps quiet', () => {
    const text = readFileSync(join(project, 'test/e2e/alerts.test.yaml'), 'utf8');
    for (const { alert } of alerts) {
      assert.match(text, new RegExp(`alertname: ${alert}\\n +exp_alerts`), alert);
      assert.match(text, new RegExp(`alertname: ${alert} }`), alert);
    }
  });

  it('is what the rule for the Prometheus operator says', () => {
    const rule = readFileSync(join(project, 'deploy/prometheus/rule.yaml'), 'utf8');
    const { spec } = parse(rule) as { spec: Rules };
    assert.deepEqual(spec, parse(readFileSync(ruleFile, 'utf8')));
  });

  it('names in each alert a command that there is, and a place in docs/troubleshooting.md', () => {
    const page = readFileSync(join(project, 'docs/troubleshooting.md'), 'utf8');
    const anchors = anchorsOf(page);
    for (const { alert, annotations } of alerts) {
      const { description, runbook_url: url } = annotations;
      const commands = [...description.matchAll(/`npm run rotation -- ([^`]+)`/g)];
      assert.ok(commands.length > 0, alert);
      for (const [, args = ''] of commands) {
        parseCommandLine(args.replace('{{ $labels.target }}', 'edge').split(' '));
      }
      const [file, anchor = ''] = url.split('#');
      assert.equal(file, 'docs/troubleshooting.md');
      assert.ok(anchors.includes(anchor), `${alert}: ${url}`);
    }
  });
});

describe('a real Prometheus that scrapes the service', () => {
  const world = newWorld();
  let service: Service;
  let prometheus: Prometheus;

  before(async () => {
    // It has no namespace of the targets, and tells the time all the same.
    const { kubeconfig } = await startCluster(world);
    service = await startService(world, { kubeconfig, schedule: '* * * * * *' });
    const certwright = new Certwright(service);
    await certwright.declareTarget({
      ...secretTarget({ name: 'edge', host: 'edge.example.org', namespace: 'unused' }),
      destination: { type: 'directory', path: mkdtempSync(join(world.folder, 'edge-')) },
      // The service's own listener serves something else than what this target is given.
      served: [{ host: '127.0.0.1', port: Number(new URL(service.management).port), via: 'tcp' }],
    });
    const unreachable = { name: 'webapp', host: 'webapp.example.org', namespace: 'istio-system' };
    await certwright.declareTarget(secretTarget(unreachable));
    const scraped = new URL(service.distribution).host;
    prometheus = await startPrometheus(world, { scraped, ruleFile });
  });

  it('evaluates every alert, and has the one that is due pending', async () => {
    await until('each rule is evaluated', async () => {
      const rules = await prometheus.rules();
      assert.deepEqual(
        rules.filter(({ health }) => health === 'err'),
        [],
      );
      return rules.length === alerts.length && rules.every(({ health }) => health === 'ok');
    });
    await until('the failing target is noticed', async () => {
      const active = (await prometheus.rules()).filter(({ state }) => state !== 'inactive');
      const names = active.map(({ name }) => name);
      // The first evaluation may come before the first scrape.
      return names.includes('CertwrightTargetFailing') && !names.includes('CertwrightAbsent');
    });
    const active = (await prometheus.rules()).filter(({ state }) => state !== 'inactive');
    // More than a quarter of the passes fail here as well, and one target is not served; nothing else is wrong.
    const expected = [
      'CertwrightRotationsFail',
      'CertwrightTargetFailing',
      'CertwrightTargetStale',
    ];
    assert.deepEqual(
      active.map(({ name }) => name).filter((name) => !expected.includes(name)),
      [],
    );
  });

  it('has every metric that alerts and dashboard name, with the labels that they name', async () => {
    const text = [...alerts, ...queries].map(({ expr }) => expr).join('\n');
    const named = new Set(text.match(/\bcertwright_[a-z_]+/g));
    assert.ok(named.size >= 10);
    for (const name of named) {
      await until(name, async () => (await prometheus.query(name)).length > 0);
    }
    const selectors = text.matchAll(/\b(certwright_[a-z_]+)\{([a-z]+)[=~!]/g);
    const grouped = text.matchAll(/by \(([a-z, ]+)\)[^\n]*?\b(certwright_[a-z_]+)/g);
    const labels = [
      ...[...selectors].map(([, name = '', label = '']) => ({ name, label })),
      ...[...grouped].flatMap(([, list = '', name = '']) =>
        list.split(', ').map((label) => ({ name, label })),
      ),
    ];
    assert.ok(labels.length > 5);
    for (const { name, label } of labels) {
      const [series = {}] = await prometheus.query(name);
      assert.ok(label in series, `${name} has no label ${label}`);
    }
  });

  for (const { title, expr } of queries) {
    it(`has something to show in the panel "${title}": ${expr}`, async () => {
      // What is only there in trouble is asked for without the trouble.
      const asked = expr.replaceAll('$__rate_interval', '1m').replace(' > 0)', ' >= 0)');
      const ask = async () => (await prometheus.query(asked)).length > 0;
      await until(expr, ask, { withinMs: 30_000 });
    });
  }

  it('is installed with the dashboard by kustomize', () => {
    const folder = mkdtempSync(join(world.folder, 'kustomize-'));
    const at = (path: string) => relative(folder, join(project, 'deploy', path));
    const kustomization = {
      resources: [at('base')],
      components: [at('prometheus'), at('grafana')],
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    const objects = parseAllDocuments(kubectl(join(folder, 'none'), ['kustomize', folder])).map(
      (document) => document.toJS() as { kind: string; data?: Record<string, string> },
    );
    const kinds = objects.map(({ kind }) => kind);
    assert.ok(kinds.includes('PrometheusRule') && kinds.includes('PodMonitor'));
    const [shown] = objects.flatMap(({ data }) => data?.['dashboard.json'] ?? []);
    assert.deepEqual(JSON.parse(shown ?? ''), dashboard);
  });
});
