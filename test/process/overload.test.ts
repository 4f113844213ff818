import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { call, newHome, serverCertificate, started } from './service-process.ts';

const MEBIBYTE = 1024 * 1024;
/** What one process works on at once, and holds of bodies. */
const [MAX_REQUESTS, MAX_HELD_OCTETS] = [1_024, 32 * MEBIBYTE];

describe('a service that is asked for more than it can do', async () => {
  const home = newHome();
  const service = await started(home, { PKI_TLS: 'off', PKI_WORKERS: '1' });
  const { hostname, port } = new URL(service.management);
  const head = (octets: number) =>
    `POST /v1/certificates HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${home.adminToken()}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${octets}\r\n\r\n`;
  const sockets: Socket[] = [];

  afterEach(async () => {
    const closed = sockets
      .filter(({ destroyed }) => !destroyed)
      .map((socket) => once(socket, 'close'));
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(closed);
    await untilServed();
  });

  /** Sends the beginning of a request, and gives what is answered to it, if anything is. */
  async function begin(octets: number, body: string | Buffer): Promise<{ answer: string }> {
    const socket = connect({ host: hostname, port: Number(port) });
    sockets.push(socket);
    const begun = { answer: '' };
    socket.on('error', () => undefined).setEncoding('latin1');
    socket.on('data', (text: string) => {
      begun.answer += text;
    });
    await once(socket, 'connect');
    socket.write(head(octets));
    await new Promise((resolve) => socket.write(body, resolve));
    return begun;
  }

  /** What is closed here is noticed there a little later. */
  async function untilServed(): Promise<void> {
    const body = serverCertificate('served.example.org');
    for (;;) {
      const { status } = await call(service, '/v1/certificates', { body });
      if (status === 201) return;
      assert.equal(status, 503);
    }
  }

  async function untilRefused(begun: readonly { readonly answer: string }[]): Promise<string> {
    for (;;) {
      const refused = begun.find(({ answer }) => answer !== '');
      if (refused?.answer.includes('"code"')) return refused.answer;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('answers 503 with Retry-After to what comes on top of the requests that it works on', async () => {
    const begun = [];
    for (let count = 0; count <= MAX_REQUESTS; count += 1) begun.push(await begin(1_000, '{'));
    const answer = await untilRefused(begun);
    assert.match(answer, /^HTTP\/1\.1 503 /);
    assert.match(answer, /\r\nRetry-After: 1\r\n/);
    assert.match(answer, /"code":"overloaded"/);
    const answered = begun.filter(({ answer: one }) => one !== '');
    assert.equal(answered.length, 1);
  });

  it('holds only so much of bodies, however many are being sent', async () => {
    const body = Buffer.alloc(MEBIBYTE - 1, 0x20);
    const begun = [];
    for (let held = 0; held <= MAX_HELD_OCTETS; held += body.length) {
      begun.push(await begin(MEBIBYTE, body));
    }
    const answer = await untilRefused(begun);
    assert.match(answer, /^HTTP\/1\.1 503 /);
    assert.match(answer, /"detail":"too many bodies are being read already"/);
  });
});
