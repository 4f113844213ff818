import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { encodePem } from '../../src/x509/pem.ts';
import { handMadeKeys } from '../support/hand-made-certificate.ts';
import { allRules } from '../support/preflight-rules-page.ts';
import { ruleBreakers } from '../unit/preflight/rule-breakers.ts';
import { realPart } from './rig/real-part.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-envoy-'));
after(() => rmSync(folder, { recursive: true }));

/** Words of versions before the one that is run here. */
const OF_OLDER_VERSIONS = ['envoy-p384'];
const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';
const PROXY = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A configuration whose one listener serves these files. */
function bootstrap(chain: string, key: string) {
  const pair = { certificate_chain: { filename: chain }, private_key: { filename: key } };
  const socket = {
    name: 'tls',
    typed_config: { '@type': TLS, common_tls_context: { tls_certificates: [pair] } },
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

/** What Envoy says when it is to serve a file that breaks a rule. */
function verdictOn(id: string): string {
  const file = ruleBreakers[id]?.file ?? assert.fail(id);
  const chain = file.map((octets) => encodePem('CERTIFICATE', octets)).join('');
  const key = String(handMadeKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const files = bootstrap(write('tls.crt', chain), write('tls.key', key));
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
    if (words === undefined || OF_OLDER_VERSIONS.includes(id)) continue;
    it(`says "${words}" of what breaks the rule ${id}`, () => {
      assert.ok(verdictOn(id).includes(words), verdictOn(id));
    });
  }
});
