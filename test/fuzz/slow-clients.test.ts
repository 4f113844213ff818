import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeOf, connected } from '../process/raw-exchange.ts';
import { call, newHome, serverCertificate, started } from '../process/service-process.ts';

/** The bounds of the service for what does not come, with the interval at which it looks and a busy machine's delay. */
const PATIENCE_MS = 60_000;
const CLIENTS = 30;
const SLOW = { concurrency: true, timeout: 4 * PATIENCE_MS };

describe('clients that are slow or rude on purpose', SLOW, async () => {
  const home = newHome();
  const service = await started(home);
  const head = `POST /v1/certificates HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${home.adminToken()}\r\n`;

  const json = `${head}Content-Type: application/json\r\n`;
  const lines = json
    .replace('application/json', 'application/x-ndjson')
    .replace('/certificates', '/certificates/batch');

  const unfinished: Readonly<Record<string, string>> = {
    'nothing at all': '',
    'half a header': `${head}X-Slow: a`,
    'half a body': `${json}Content-Length: 1000\r\n\r\n{"authority":`,
    'half a chunk': `${json}Transfer-Encoding: chunked\r\n\r\nff\r\n{`,
    'half a line of a batch': `${lines}Transfer-Encoding: chunked\r\n\r\nff\r\n{`,
    'nothing after an answer': `${head.replace('POST', 'GET')}\r\n`,
  };
  for (const [what, octets] of Object.entries(unfinished)) {
    it(`that send ${what} are hung up on, and keep nobody from being served`, async () => {
      const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => connected(service)));
      const begin = performance.now();
      for (const socket of sockets) {
        socket.resume();
        if (octets !== '') socket.write(octets);
      }
      const body = serverCertificate('meanwhile.example.org');
      const { status } = await call(service, '/v1/certificates', { body });
      assert.equal(status, 201);
      await Promise.all(sockets.map(closeOf));
      assert.ok(performance.now() - begin < PATIENCE_MS);
    });
  }
});
