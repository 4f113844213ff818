import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SettingsError } from '../../config/settings-error.ts';
import { readSettings } from '../../config.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-config-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'settings.yaml');

const root =
  '{name: r, kind: root, subject: {commonName: R}, keyAlgorithm: ecdsa-p256, validity: 1y}';
const target = `{name: t, authority: issuing, profile: server, dnsNames: [a.b], validity: 30d,
  destination: {type: directory, path: /tls}}`;

function readFile(yaml: string) {
  writeFileSync(file, yaml);
  return readSettings({ PKI_CONFIG_FILE: file });
}

/** The message of the error that the file at `path` causes. */
function messageOf(path: string): string {
  try {
    readSettings({ PKI_CONFIG_FILE: path });
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message;
  }
  return assert.fail('no error');
}

/** The faults, each with its place or its reason, of the error that this text causes. */
function faultsIn(yaml: string): readonly string[] {
  return faultsWithLinesIn(yaml).map((fault) => fault.replace(/^line \d+: /, ''));
}

/** The same, the number of the line before those that have one. */
function faultsWithLinesIn(yaml: string): readonly string[] {
  writeFileSync(file, yaml);
  const where = `PKI_CONFIG_FILE (${file})`;
  const lines = messageOf(file).split('\n');
  assert.ok(lines[0]?.startsWith(where), lines[0]);
  return lines.flatMap((line) =>
    line.startsWith(where) ? [line.slice(where.length).replace(/^[:,] /, '')] : [],
  );
}

describe('the settings file', () => {
  it('declares authorities and targets, with what a declaration leaves out filled in, but for the profile’s affairs', () => {
    const { authorities, rotationTargets } = readFile(
      `authorities: [${root}]\nrotationTargets: [${target}]`,
    );
    assert.deepEqual(
      authorities?.map(({ name }) => name),
      ['r'],
    );
    assert.deepEqual(
      rotationTargets.map(({ keyAlgorithm, uris }) => [keyAlgorithm, uris]),
      [[undefined, []]],
    );
  });

  it('may be empty, which says nothing of authorities; an empty list says that there are none', () => {
    assert.equal(readFile('').authorities, undefined);
    assert.equal(readFile('# nothing\n').authorities, undefined);
    assert.deepEqual(readFile('authorities: []').authorities, []);
  });

  it('is refused with the place of each fault', () => {
    for (const [yaml, place] of [
      ['authority: []', '/authority'],
      ['42', 'the whole file'],
      ['- a', 'the whole file'],
      ['authorities:', '/authorities'],
      [`authorities: [${root}, {name: 1, kind: leaf}]`, '/authorities/1/kind'],
      [`authorities: [${root.replace('R}', 'R, serial: 1}')}]`, '/authorities/0/subject/serial'],
      [`authorities: [${root}, ${root}]`, '/authorities/1/name'],
      [`rotationTargets: [${target}, ${target}]`, '/rotationTargets/1/name'],
      [`rotationTargets: [${target.replace('a.b', 'a_b')}]`, '/rotationTargets/0/dnsNames/0'],
      [`rotationTargets: [${target.replace('a.b', 'a.b, ☃.b')}]`, '/rotationTargets/0/dnsNames/1'],
      [
        `rotationTargets: [${target.replace('a.b', 'xn--80ak6aa92e.b')}]`,
        '/rotationTargets/0/dnsNames/0',
      ],
      ['__proto__: {a: 1}', '/__proto__'],
      [`rotationTargets: [${target.replace('server', 'nothing')}]`, '/rotationTargets/0/profile'],
      [`rotationTargets: [${target.replace('server', 'root')}]`, '/rotationTargets/0/profile'],
    ] as const) {
      const found = faultsIn(yaml).map((fault) => fault.split(': ')[0]);
      assert.ok(found.includes(place), `${yaml}: ${found.join(', ')}`);
    }
  });

  it('is refused with the line of each fault, and of what holds it where something is missing', () => {
    const yaml = `# profiles
profiles:
  - name: web
    extKeyUsage:
      - serverAuth
      - everything
    validity:
      minimum: 2d
      default: 1d
  - name: web
authorities:
  - ${root.replace('name: r, ', '')}
`;
    const places = faultsWithLinesIn(yaml).map((fault) => fault.split(': ').slice(0, 2).join(': '));
    assert.deepEqual(places, [
      'line 6: /profiles/0/extKeyUsage/1',
      'line 9: /profiles/0/validity/default',
      'line 12: /authorities/0/name',
    ]);
    const twice = 'profiles:\n- name: web\n- extKeyUsage: []\n  name: web\n';
    assert.match(faultsWithLinesIn(twice)[0] ?? '', /^line 4: \/profiles\/1\/name: .*twice/);
  });

  it('may leave the key algorithm of an authority to its profile', () => {
    const plain = root.replace(/, keyAlgorithm: [\w-]+/, '');
    assert.notEqual(plain, root);
    assert.equal(readFile(`authorities: [${plain}]`).authorities?.length, 1);
  });

  it('may leave the validity of an authority to its profile, and is refused on its line where that has none', () => {
    const timeless = root.replace(', validity: 1y', '');
    const intermediate = timeless.replace('name: r, kind: root', 'name: i, kind: intermediate');
    const declared = `authorities:
  - ${timeless}
  - ${intermediate.replace('i,', 'i, parent: r,')}
  - ${intermediate.replace('i,', 'o, parent: null,')}
`;
    assert.deepEqual(faultsWithLinesIn(declared), [
      'line 2: /authorities/0/validity: is required',
      'line 3: /authorities/1/validity: is required',
    ]);
    const ofRoot = 'profiles: [{name: root, validity: {default: 9y}}]\n';
    assert.deepEqual(faultsWithLinesIn(ofRoot + declared), [
      'line 4: /authorities/1/validity: is required',
    ]);
    const both = ofRoot.replace(']', ', {name: intermediate, validity: {default: 1y}}]');
    assert.equal(readFile(both + declared).authorities?.length, 3);
  });

  it('takes patterns in Unicode, shows them as A-labels, and says on which line one is none', () => {
    const declared = (host: string) => `profiles:
  - name: web
    subjectAltNames:
      dnsNames:
        permitted:
          - example.org
          - "*.${host}"
`;
    const [profile] = readFile(declared('bücher.example')).profiles;
    const permitted = ['example.org', '*.xn--bcher-kva.example'];
    assert.deepEqual(profile?.subjectAltNames.dnsNames, { permitted });
    assert.match(
      faultsWithLinesIn(declared('BÜCHER.example'))[0] ?? '',
      /^line 7: \/profiles\/0\/subjectAltNames\/dnsNames\/permitted\/1: .*U\+00DC, a capital/,
    );
  });

  it('is refused where it is not YAML, or not one document', () => {
    for (const yaml of [
      'authorities: [',
      'authorities: []\nauthorities: []',
      'authorities: []\n---\nauthorities: []',
      'authorities: *nobody',
      `a: ${'['.repeat(20_000)}`,
    ]) {
      assert.equal(faultsIn(yaml).length, 1, yaml.slice(0, 40));
    }
  });

  it('is refused, and not unfolded, where its aliases multiply', () => {
    const levels = [...'abcdefghijklmnop'].map((name, level, all) => {
      const above = level === 0 ? 'x' : `*${all[level - 1]}`;
      return `${name}: &${name} [${Array(9).fill(above).join(',')}]`;
    });
    const started = performance.now();
    assert.match(faultsIn(levels.join('\n'))[0] ?? '', /alias/i);
    assert.ok(performance.now() - started < 2_000);
  });

  it('is refused where it cannot be read', () => {
    for (const path of [join(folder, 'absent'), folder]) {
      assert.equal(messageOf(path), `PKI_CONFIG_FILE (${path}): cannot be read`);
    }
  });

  it('says who may have targets declared, with nothing that it does not say', () => {
    const [rule] = readFile('discovery: [{namespaces: [shop], hosts: [Bücher.example]}]').discovery;
    assert.deepEqual(rule, {
      namespaces: ['shop'],
      secretNamespaces: [],
      authorities: [],
      profiles: [],
      hosts: ['xn--bcher-kva.example'],
      clientAuthorities: [],
      adopt: false,
      validity: '30d',
    });
    assert.deepEqual(readFile('{}').discovery, []);
  });

  it('names what is wrong with a rule of discovery', () => {
    const rule = (members: string) => faultsIn(`discovery: [{${members}}]`).join();
    assert.match(rule('namespaces: []'), /^\/discovery\/0\/namespaces: /);
    assert.match(rule('namespaces: [No]'), /^\/discovery\/0\/namespaces\/0: /);
    assert.match(rule('namespaces: [a], hosts: ["**"]'), /^\/discovery\/0\/hosts\/0: /);
    assert.match(
      rule('namespaces: [a], profiles: [none]'),
      /^\/discovery\/0\/profiles\/0: no profile "none"/,
    );
    assert.match(rule('namespaces: [a], host: [b]'), /^\/discovery\/0\/host: is not known/);
  });
});

describe('the windows of the settings file', () => {
  it('are that of all targets, and those of their own', () => {
    const window = { cron: '0 2 * * 6', duration: '4h', timeZone: 'Europe/Berlin' };
    const { rotation } = readFile(`rotationWindow: ${JSON.stringify(window)}`);
    assert.deepEqual(rotation.window, window);
  });

  it('are named with their lines where they cannot be used', () => {
    const withWindow = target.replace(
      '{name',
      '{rotationWindow: {cron: 0 0 30 2 *, duration: 1h}, name',
    );
    const yaml = `rotationWindow:\n  cron: 0 2 * * 6\n  duration: 1m\nrotationTargets:\n  - ${withWindow.replace(/\s+/g, ' ')}`;
    assert.deepEqual(faultsWithLinesIn(yaml), [
      'line 3: /rotationWindow/duration: must be from 5m to 7d',
      'line 5: /rotationTargets/0/rotationWindow/cron: never comes, so that the window would never open',
    ]);
    assert.match(faultsIn('rotationWindow: {cron: often, duration: 1h}')[0] ?? '', /five fields/);
  });
});
