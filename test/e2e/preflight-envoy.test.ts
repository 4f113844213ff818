import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { encodePem } from '../../src/x509/pem.ts';
import { handMadeKeys } from '../support/hand-made-certificate.ts';
import { allRules } from '../support/preflight-rules-page.ts';
import { ruleBreakers } from '../unit/preflight/rule-breakers.ts';
import { ocspResponseAbout } from '../unit/x509/hand-made-statements.ts';
import { realPart } from './rig/real-part.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-envoy-'));
after(() => rmSync(folder, { recursive: true }));

/** Words of versions before the one that is run here. */
const OF_OLDER_VERSIONS = ['envoy-p384'];
const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';
const PROXY = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';

function write(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What Envoy finds out only when a client comes; test/e2e/scenario-b-mutual.test.ts is about clients. */
const AT_HANDSHAKES = ['envoy-crls-complete'];

/** A configuration whose one listener serves these files. */
function bootstrap(
  chain: string,
  key: string,
  { staple, ca }: { readonly staple?: string; readonly ca?: string },
) {
  const pair = {
    certificate_chain: { filename: chain },
    private_key: { filename: key },
    ...(staple === undefined ? {} : { ocsp_staple: { filename: staple } }),
  };
  const socket = {
    name: 'tls',
    typed_config: {
      '@type': TLS,
      common_tls_context: {
        tls_certificates: [pair],
        ...(ca === undefined ? {} : { validation_context: { trusted_ca: { filename: ca } } }),
      },
    },
  };
  const proxy = { '@type': PROXY, stat_prefix: 'none', cluster: 'none' };
  const filters = [{ name: 'proxy', typed_config: proxy }];
  const listener = {
    name: 'https',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [{ filters, transport_socket: socket }],
  };
  return { static_resources: { listeners: [listener], clusters: [{ name: 'none' }] } };
}

const GOOD = ruleBreakers['application-gateway-whole-chain']?.file ?? [];
const KEY = String(handMadeKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const { privateKey: otherKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

interface Delivery {
  readonly chain?: string;
  readonly key?: string;
  readonly staple?: Buffer;
  readonly ca?: string;
}

/** What breaks the rules of whole deliveries, each beside files that are good otherwise. */
const DELIVERIES: Readonly<Record<string, Delivery>> = {
  'delivery-client-authorities': { ca: 'garbage' },
  'delivery-readable': { chain: 'garbage' },
  'delivery-key-matches': { key: String(otherKey.export({ type: 'pkcs8', format: 'pem' })) },
  'envoy-foreign-staple': { staple: ocspResponseAbout('4a') },
};

function pemOf(file: readonly Buffer[]): string {
  return file.map((octets) => encodePem('CERTIFICATE', octets)).join('');
}

/** What Envoy says when it is to serve a file that breaks a rule. */
function verdictOn(id: string): string {
  const delivery = DELIVERIES[id];
  const file = delivery ? GOOD : (ruleBreakers[id]?.file ?? assert.fail(id));
  const chain = delivery?.chain ?? pemOf(file);
  const beside = {
    ...(delivery?.staple ? { staple: write('staple.der', delivery.staple) } : {}),
    ...(delivery?.ca === undefined ? {} : { ca: write('ca.crt', delivery.ca) }),
  };
  const key = write('tls.key', delivery?.key ?? KEY);
  const files = bootstrap(write('tls.crt', chain), key, beside);
  const config = write('envoy.json', JSON.stringify(files));
  const { stdout, stderr } = spawnSync(realPart('envoy'), ['--mode', 'validate', '-c', config]);
  return `${stdout}${stderr}`;
}

describe('Envoy', () => {
  it('serves a good certificate', () => {
    assert.match(verdictOn('application-gateway-whole-chain'), /OK/);
  });

  for (const { id, prevents } of allRules.values()) {
    const words = prevents?.envoy;
    if (words === undefined || [...OF_OLDER_VERSIONS, ...AT_HANDSHAKES].includes(id)) continue;
    it(`says "${words}" of what breaks the rule ${id}`, () => {
      assert.ok(verdictOn(id).includes(words), verdictOn(id));
    });
  }
});
