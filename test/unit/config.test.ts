import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SettingsError } from '../../config/settings-error.ts';
import { isInside, readSettings, shortPath } from '../../config.ts';

/** The lines of the error that these variables cause. */
function faultsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message.split('\n');
  }
  return assert.fail('no error');
}

describe('the settings', () => {
  it('have a default each', () => {
    const { kubernetes, placeOf: _, ...settings } = readSettings({ PATH: '/bin' });
    const data = resolve('data');
    assert.deepEqual(settings, {
      dataDir: data,
      databaseFile: join(data, 'certwright.db'),
      managementListen: { host: '127.0.0.1', port: 8443 },
      distributionListen: { host: '127.0.0.1', port: 8080 },
      sdsListen: undefined,
      isTlsOn: true,
      tlsAuthority: 'issuing',
      tlsNames: { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] },
      adminTokenFile: join(data, 'admin-token'),
      keyEncryptionKeyFile: join(data, 'key-encryption-key'),
      publicUrl: undefined,
      profiles: [],
      authorities: undefined,
      rotationTargets: [],
      rotation: {
        schedule: '*/5 * * * *',
        window: undefined,
        limits: { writesPerSecond: 5, issuesPerSecond: 200 },
      },
      discovery: [],
      lease: undefined,
      logLevel: 'info',
      commitWaitMs: 0,
      workers: availableParallelism(),
    });
    assert.ok(kubernetes);
  });

  it('are what the environment says', () => {
    const settings = readSettings({
      PKI_DATA_DIR: '/d',
      PKI_DATABASE_URL: 'sqlite:/e/x.db',
      PKI_MANAGEMENT_LISTEN: '[::]:0',
      PKI_DISTRIBUTION_LISTEN: '0.0.0.0:65535',
      PKI_TLS: 'off',
      PKI_TLS_AUTHORITY: 'other',
      PKI_TLS_NAMES: 'A.b, *.bücher.d,192.0.2.1 ,2001:DB8::1',
      PKI_ADMIN_TOKEN_FILE: '/f/token',
      PKI_KEY_ENCRYPTION_KEY_FILE: '/f/key',
      PKI_ROTATION_SCHEDULE: '*/10 * * * * *',
      PKI_LOG_LEVEL: 'silent',
      PKI_WORKERS: '64',
      PKI_COMMIT_WAIT_MS: '100',
      PKI_PUBLIC_URL: 'http://pki.example.org/',
    });
    assert.equal(settings.publicUrl, 'http://pki.example.org');
    assert.equal(settings.workers, 64);
    assert.equal(settings.commitWaitMs, 100);
    assert.deepEqual([settings.dataDir, settings.databaseFile], ['/d', '/e/x.db']);
    assert.deepEqual(settings.managementListen, { host: '::', port: 0 });
    assert.deepEqual(settings.distributionListen, { host: '0.0.0.0', port: 65_535 });
    assert.deepEqual([settings.isTlsOn, settings.tlsAuthority], [false, 'other']);
    const ipAddresses = ['192.0.2.1', '2001:db8::1'];
    assert.deepEqual(settings.tlsNames, { dnsNames: ['a.b', '*.xn--bcher-kva.d'], ipAddresses });
    const { adminTokenFile, keyEncryptionKeyFile } = settings;
    assert.deepEqual([adminTokenFile, keyEncryptionKeyFile], ['/f/token', '/f/key']);
    assert.deepEqual([settings.rotation.schedule, settings.logLevel], ['*/10 * * * * *', 'silent']);
  });

  it('take a rate of writes from one in ten seconds to five a second, or a burst', () => {
    for (const [text, writesPerSecond] of [
      ['0.1', 0.1],
      ['2.5', 2.5],
      ['5', 5],
      ['burst', 'burst'],
    ] as const) {
      const { rotation } = readSettings({ PKI_ROTATION_RATE: text });
      assert.equal(rotation.limits.writesPerSecond, writesPerSecond);
    }
    const [line] = faultsOf({ PKI_ROTATION_RATE: '20' });
    assert.match(line ?? '', /istiod/);
  });

  it('that lie in the data folder follow it', () => {
    const settings = readSettings({ PKI_DATA_DIR: '/d' });
    const { databaseFile, adminTokenFile, keyEncryptionKeyFile } = settings;
    assert.deepEqual(
      [databaseFile, adminTokenFile, keyEncryptionKeyFile],
      ['/d/certwright.db', '/d/admin-token', '/d/key-encryption-key'],
    );
  });

  for (const [name, ...values] of [
    ['PKI_DATA_DIR', ''],
    ['PKI_DATABASE_URL', '', 'sqlite:', 'postgres://x', 'x.db'],
    [
      'PKI_MANAGEMENT_LISTEN',
      '',
      '8443',
      ':8443',
      'a:',
      'a:b',
      'a:65536',
      '::1:80',
      'a:-1',
      '[::1]',
    ],
    ['PKI_DISTRIBUTION_LISTEN', 'http://a:80', 'a:80:81'],
    ['PKI_TLS', '', 'yes', 'ON'],
    ['PKI_TLS_AUTHORITY', ''],
    [
      'PKI_TLS_NAMES',
      '',
      ',',
      'a,,b',
      'a b',
      'a.',
      '*.b',
      '[::1]',
      'a:80',
      '127.1',
      '☃.b',
      '::ffff:127.0.0.1',
    ],
    ['PKI_ADMIN_TOKEN_FILE', ''],
    ['PKI_KEY_ENCRYPTION_KEY_FILE', ''],
    ['PKI_CONFIG_FILE', ''],
    ['PKI_ROTATION_SCHEDULE', '', 'never', '60 * * * *', '* * *', '* * * * * * *'],
    ['PKI_ROTATION_RATE', '', '0', '0.05', '5.1', '50', '1e0', 'unlimited'],
    ['PKI_ROTATION_ISSUE_RATE', '', '0', '10001', 'burst'],
    ['PKI_LOG_LEVEL', '', 'verbose', 'INFO'],
    ['PKI_LEASE', '', 'certwright', 'A/b', 'a/b/c', '/b', 'a/', 'a/..', '-a/b'],
    ['PKI_COMMIT_WAIT_MS', '', '-1', '101', '1.5', '01', '2ms'],
    ['PKI_WORKERS', '', '0', '-1', '65', '1.5', '1e1', 'many'],
  ] as const) {
    it(`name ${name} where its value cannot be used`, () => {
      for (const value of values) {
        const [line = '', ...more] = faultsOf({ [name]: value });
        assert.ok(line.startsWith(`${name}: `) && more.length === 0, `${value}: ${line}`);
      }
    });
  }

  it('name everything that is wrong at once, and each setting that does not exist', () => {
    const faults = faultsOf({ PKI_TLS: 'maybe', PKI_TLS_NAME: 'a', PKI_LOG_LEVEL: '' });
    assert.deepEqual(faults.map((line) => line.split(':')[0]).toSorted(), [
      'PKI_LOG_LEVEL',
      'PKI_TLS',
      'PKI_TLS_NAME',
    ]);
    assert.ok(faults.includes('PKI_TLS_NAME: there is no such setting'));
  });

  it('are none of the variables that Kubernetes sets for a Service named pki', () => {
    const address = 'tcp://10.0.0.1:8443';
    const links = {
      PKI_SERVICE_HOST: '10.0.0.1',
      PKI_SERVICE_PORT: '8443',
      PKI_SERVICE_PORT_HTTPS: '8443',
      PKI_PORT: address,
      PKI_PORT_8443_TCP: address,
      PKI_PORT_8443_TCP_PROTO: 'tcp',
      PKI_PORT_8443_TCP_PORT: '8443',
      PKI_PORT_8443_TCP_ADDR: '10.0.0.1',
    };
    assert.deepEqual(readSettings(links), readSettings({}));
  });

  it('do not take a port that a person set for one of those', () => {
    const fault = 'there is no such setting';
    assert.deepEqual(faultsOf({ PKI_PORT: '8443' }), [`PKI_PORT: ${fault}`]);
    assert.deepEqual(faultsOf({ PKI_SERVICE: 'a' }), [`PKI_SERVICE: ${fault}`]);
  });
});

describe('the access to clusters', () => {
  const home = process.env['HOME'];
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'certwright-home-'));
    process.env['HOME'] = folder;
  });
  afterEach(() => {
    process.env['HOME'] = home;
    rmSync(folder, { recursive: true });
  });
  const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  it('is by KUBECONFIG, whose files are several', () => {
    const { kubernetes } = readSettings({ ...pod, KUBECONFIG: ['/a', '/b'].join(delimiter) });
    assert.deepEqual(kubernetes, { kubeconfigFiles: ['/a', '/b'] });
  });

  it('is by the kubeconfig in the home folder where there is one', () => {
    mkdirSync(join(folder, '.kube'));
    writeFileSync(join(folder, '.kube', 'config'), '');
    const { kubernetes } = readSettings(pod);
    assert.deepEqual(kubernetes, { kubeconfigFiles: [join(folder, '.kube', 'config')] });
  });

  it('is by the pod’s own credentials otherwise', () => {
    const { kubernetes } = readSettings(pod);
    assert.equal(kubernetes.inCluster?.server, 'https://[fd00::1]:443');
    assert.deepEqual(readSettings({}).kubernetes, { kubeconfigFiles: [] });
  });
});

describe('a path', () => {
  it('lies inside a folder only where it is below it', () => {
    assert.ok(isInside('/d/a', '/d') && isInside('/d/a/b', '/d'));
    for (const other of ['/d', '/da', '/da/b', '/']) assert.equal(isInside(other, '/d'), false);
  });

  it('is shown as a person here would write it', () => {
    assert.equal(shortPath(resolve('data/admin-token')), join('data', 'admin-token'));
    assert.equal(shortPath('/elsewhere/token'), '/elsewhere/token');
  });
});
