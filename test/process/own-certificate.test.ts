import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { accept } from '../../api/listener.ts';
import { NO_LIMITS } from '../../src/rotation/schedule/limits.ts';
import { Workers } from '../../workers/workers.ts';
import { selfSigned } from '../api/tls-call.ts';
import { newHome } from './service-process.ts';
import { until } from './worker-processes.ts';

const [FORMER, NEXT] = ['0A', '0B'];
const TICKET_KEY_OCTETS = 48;

/** Workers that have just been told to start, and a port whose connections go to them. */
async function starting() {
  const folder = newHome().newFolder('data');
  const workers = new Workers(1, {
    start: () => ({
      databaseFile: join(folder, 'certwright.db'),
      commitWaitMs: 0,
      logLevel: 'silent',
      adminToken: 'unused',
      keyEncryptionKey: randomBytes(32),
      tls: selfSigned(FORMER, 'localhost'),
      ticketKeys: randomBytes(TICKET_KEY_OCTETS),
      profiles: [],
      publicUrl: undefined,
      rotation: { limits: NO_LIMITS, window: undefined, schedule: '*/5 * * * *' },
    }),
    handlersUntil: () => ({}),
    log: pino({ level: 'silent' }),
  });
  const acceptor = await accept({ host: '127.0.0.1', port: 0 }, (connection) => {
    assert.ok(workers.take('management', connection));
  });
  after(async () => {
    await acceptor.close();
    await workers.stop();
  });
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
