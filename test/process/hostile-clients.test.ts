import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { call, exchange, newHome, serverCertificate, started } from './service-process.ts';

const MEGABYTE = 1024 * 1024;
/** What the service may grow by under attack. */
const MEMORY_BOUND_OCTETS = 300 * MEGABYTE;

describe('a hostile client', async () => {
  const home = newHome();
  const service = await started(home);
  const { hostname, port } = new URL(service.management);
  const before = residentOctets();

  afterEach(async () => {
    const { status } = await call(service, '/v1/certificates', {
      body: serverCertificate('still-here.example.org'),
    });
    assert.equal(status, 201);
    assert.ok(residentOctets() - before < MEMORY_BOUND_OCTETS);
    assert.doesNotMatch(service.output, /"status":5\d\d/);
  });

  function residentOctets(): number {
    const [, kibioctets] =
      /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8')) ?? [];
    return Number(kibioctets) * 1024;
  }

  async function connected(): Promise<Socket> {
    const socket = connect({ host: hostname, port: Number(port), ca: home.rootPem() });
    await once(socket, 'secureConnect');
    socket.on('error', () => undefined);
    return socket;
  }

  /** Sends octets as they are, and gives everything that comes back until the service hangs up. */
  async function sendRaw(text: string): Promise<string> {
    const socket = await connected();
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.write(text);
    await closeOf(socket);
    return answer;
  }

  const authorization = `Authorization: Bearer ${home.adminToken()}`;
  const head = `POST /v1/certificates HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\nContent-Type: application/json\r\n`;

  it('that never ends its body keeps nobody from being served', async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, connected));
    for (const socket of sockets)
      socket.write(`${head}Content-Length: 100000\r\n\r\n{"authority":`);
    assert.equal((await call(service, '/v1/authorities')).status, 200);
    for (const socket of sockets) socket.destroy();
  });

  it('that announces a body that is too large is answered 413 before it sends any of it', async () => {
    const socket = await connected();
    socket.write(`${head}Content-Length: 99999999999\r\n\r\n{}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString('latin1'), /^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('that sends 17 KiB of headers is answered 431', async () => {
    const answer = await sendRaw(
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(17 * 1024)}\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 431 /);
  });

  const wrong: Readonly<Record<string, string>> = {
    'no HTTP': 'hello, is anybody there?\r\n\r\n',
    'another version of HTTP': 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n',
    'octets that are none of ASCII': '\xff\xfe\x00\x01\r\n\r\n',
    'two lengths': `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    'a length beside chunks': `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'no host': `GET /v1/authorities HTTP/1.1\r\n${authorization}\r\nConnection: close\r\n\r\n`,
    'two hosts': `GET /v1/authorities HTTP/1.1\r\nHost: a\r\nHost: b\r\n${authorization}\r\nConnection: close\r\n\r\n`,
    'a chunk of no size': `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    'a request with garbage behind it': `GET /v1/authorities HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\n\r\n\x00\x01garbage\r\n\r\n`,
  };
  for (const [what, octets] of Object.entries(wrong)) {
    it(`that sends ${what} is answered 400 at most`, async () => {
      const answer = await sendRaw(octets);
      assert.match(answer, /HTTP\/1\.1 400 /);
      assert.doesNotMatch(answer, /HTTP\/1\.1 5/);
      assert.match(answer, /Content-Type: application\/problem\+json/);
      assert.match(answer, /"detail":"/);
      assert.match(answer, /"code":"request-malformed"/);
    });
  }

  it('that sends garbage behind a request is told first that the request is granted', async () => {
    const body = JSON.stringify(serverCertificate('before-garbage.example.org'));
    const request = `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
    const answer = await sendRaw(`${request}${request}\x00\x01garbage\r\n\r\n`);
    assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), [
      'HTTP/1.1 201',
      'HTTP/1.1 201',
      'HTTP/1.1 400',
    ]);
  });

  it('that expects what nobody promises is answered as if it had not', async () => {
    const request = `Host: a\r\n${authorization}\r\nExpect: everything\r\nConnection: close\r\n\r\n`;
    assert.match(await sendRaw(`GET /v1/authorities HTTP/1.1\r\n${request}`), /^HTTP\/1\.1 200 /);
  });

  it('that speaks plain HTTP where TLS is expected is hung up on', async () => {
    const socket = connectPlain({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await closeOf(socket.resume());
  });

  const half = MEGABYTE / 2 - 1_000;
  const bodies: Readonly<Record<string, string>> = {
    'a megabyte of brackets': '['.repeat(MEGABYTE - 1),
    'half a megabyte of brackets, closed again': '['.repeat(half) + ']'.repeat(half),
    'members within members': `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`,
    'nesting where a name is expected': `{"authority":"issuing","profile":"server","dnsNames":${'['.repeat(half)}${']'.repeat(half)}}`,
    'thousands of names': JSON.stringify(
      serverCertificate('', {
        dnsNames: Array.from({ length: 30_000 }, (_, index) => `a${index}.example.org`),
      }),
    ),
    'a hundred thousand unknown members': `{${Array.from({ length: 90_000 }, (_, index) => `"m${index}":1`).join()}}`,
    'a prototype': '{"__proto__":{"profile":"server"},"constructor":{"prototype":{}}}',
    'a name of a megabyte': JSON.stringify(serverCertificate('a'.repeat(MEGABYTE - 200))),
  };
  for (const [what, body] of Object.entries(bodies)) {
    it(`that sends ${what} is refused`, async () => {
      const answer = await sendRaw(
        `${head}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      assert.match(answer, /^HTTP\/1\.1 4\d\d /);
      assert.ok(answer.length < MEGABYTE, `an answer of ${answer.length} octets`);
    });
  }

  it('that sends more than a megabyte is answered 413', async () => {
    const body = ' '.repeat(MEGABYTE + 1);
    const answer = await sendRaw(
      `${head}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  it('without the token learns nothing, whatever it sends and wherever', async () => {
    for (const path of [
      '/v1/authorities',
      '/v1/nothing',
      '/v1/../v1/audit',
      '/v1/%2e%2e/audit',
      '//v1/audit',
    ]) {
      const url = `${service.management}${path}`;
      const { status } = await exchange(url, {
        ca: home.rootPem(),
        headers: { Authorization: 'Bearer x' },
      });
      assert.ok(status === 401 || status === 404, `${path}: ${status}`);
    }
  });
});

/** Not `once`, which takes a reset for a failure of the test. */
function closeOf(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  return promise;
}
