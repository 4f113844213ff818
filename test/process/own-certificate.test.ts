import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createConnection } from 'node:net';
import { after, describe, it } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { accept } from '../../api/listener.ts';
import { selfSigned } from '../api/tls-call.ts';
import { ownWorkers } from './own-workers.ts';
import { until } from './worker-processes.ts';

const [FORMER, NEXT] = ['0A', '0B'];

/** A worker that has just been told to start, and a port whose connections go to it. */
async function starting() {
  const { workers } = ownWorkers(1, { tls: selfSigned(FORMER, 'localhost') });
  const acceptor = await accept({ host: '127.0.0.1', port: 0 }, (connection) => {
    assert.ok(workers.take('management', connection));
  });
  after(() => acceptor.close());
  workers.begin();
  return { workers, port: Number(acceptor.authority.split(':').at(-1)) };
}

/** The serial number of the certificate that is served at a port. */
function servedAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { socket: createConnection(port, '127.0.0.1'), rejectUnauthorized: false },
      () => {
        resolve(new X509Certificate(socket.getPeerCertificate().raw).serialNumber);
        socket.destroy();
      },
    );
    socket.once('error', reject);
  });
}

describe("the service's own certificate", () => {
  it('is the next one too in a worker that was still starting when it was replaced', async () => {
    const { workers, port } = await starting();
    const replaced = workers.replaceTls(selfSigned(NEXT, 'localhost'));
    assert.ok(!workers.takeConnections, 'it was not too late');
    await replaced;
    await until(() => workers.takeConnections);
    assert.equal(await servedAt(port), NEXT);
  });
});
