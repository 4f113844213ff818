import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { familyOf, residentMegabytesOf } from '../bench/process-family.ts';
import { closeOf, connected, sendRaw } from './raw-exchange.ts';
import { call, newHome, serverCertificate } from './service-process.ts';
import { startedWith } from './worker-processes.ts';

/** Whoever reads the framing of a message otherwise than the one before it lets requests through that nobody judged. */
describe('a request that two readers would frame differently', async () => {
  const home = newHome();
  // A connection from before the workers are ready is closed with its next answer.
  const service = await startedWith(2, home);
  const authorization = `Authorization: Bearer ${home.adminToken()}`;
  const start = `POST /v1/certificates HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\nContent-Type: application/json\r\n`;
  const smuggled = `GET /v1/authorities HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\nConnection: close\r\n\r\n`;
  const body = JSON.stringify(serverCertificate('framed.example.org'));
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

  const ambiguous: Readonly<Record<string, string>> = {
    'a length beside chunks': `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'two lengths': `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n`,
    'two lengths in one header': `Content-Length: 0, ${smuggled.length}\r\n\r\n`,
    'a length with a sign': 'Content-Length: +0\r\n\r\n',
    'a length in hexadecimal': 'Content-Length: 0x0\r\n\r\n',
    'a length below nothing': 'Content-Length: -1\r\n\r\n',
    'a length beyond all numbers': 'Content-Length: 99999999999999999999\r\n\r\n',
    'a space before the colon': 'Content-Length : 0\r\n\r\n',
    'chunks twice': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'chunks that are not the last coding': 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n',
    'a coding by another name': 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    'a coding below chunks': 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'no coding': 'Transfer-Encoding: identity\r\n\r\n0\r\n\r\n',
    'a header that goes on in the next line': 'X-A: b\r\n Content-Length: 0\r\n\r\n',
    'a lone carriage return': 'X-A: b\rContent-Length: 0\r\n\r\n',
    'lines that end with a line feed': 'Content-Length: 0\n\n',
    'a size with a sign': 'Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n',
    'a size beyond all numbers': 'Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
    'a chunk longer than it says': 'Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n',
    'a remark of 20 KiB on a chunk': `Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(20_480)}\r\n{\r\n0\r\n\r\n`,
  };
  for (const [what, headers] of Object.entries(ambiguous)) {
    it(`is refused, and what may be behind it is not answered: ${what}`, async () => {
      const answer = await sendRaw(service, `${start}${headers}${smuggled}`);
      assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 400']);
      assert.match(answer, /application\/problem\+json/);
    });
  }

  const other = 'Authorization: Bearer other\r\n';
  for (const [what, headers] of Object.entries({
    'no host': '',
    'two hosts': 'Host: localhost\r\nHost: other\r\n',
    'a host that is none': 'Host: a b/@\r\n',
    'an address that is none': 'Host: [::1\r\n',
    'a token twice': `Host: localhost\r\n${other}`,
    'a media type twice':
      'Host: localhost\r\nContent-Type: a/b\r\nContent-Type: application/json\r\n',
  })) {
    it(`is refused where its headers leave it open whom it is for: ${what}`, async () => {
      const head = `GET /v1/authorities HTTP/1.1\r\n${headers}${authorization}\r\nConnection: close\r\n\r\n`;
      assert.match(await sendRaw(service, head), /^HTTP\/1\.1 400 .*"code":"request-malformed"/s);
    });
  }

  it('a body of many small chunks, with trailers, is read like any other', async () => {
    const chunks = [...body].map(chunk).join('');
    const octets = `${start}Transfer-Encoding: chunked\r\nTrailer: Authorization\r\nConnection: close\r\n\r\n${chunks}0\r\nAuthorization: Bearer x\r\n\r\n`;
    assert.match(await sendRaw(service, octets), /^HTTP\/1\.1 201 /);
  });

  it('a length of gigabytes is refused before anything is read', async () => {
    const answer = await sendRaw(
      service,
      `${start}Connection: close\r\nContent-Length: 8000000000\r\n\r\n{`,
    );
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  const encodings = { gzip: gzipSync(body), deflate: deflateSync(body) };
  for (const [coding, octets] of Object.entries(encodings)) {
    it(`a body in ${coding} is refused as it is, since nothing is unpacked`, async () => {
      const head = `${start}Connection: close\r\nContent-Encoding: ${coding}\r\nContent-Length: ${octets.length}\r\n\r\n`;
      const answer = await sendRaw(service, Buffer.concat([Buffer.from(head), octets]));
      assert.match(answer, /^HTTP\/1\.1 415 /);
    });
  }

  it('a hundred requests sent at once are answered one after the other', async () => {
    const requests = Array.from({ length: 100 }, (_, index) => {
      const close = index === 99 ? 'Connection: close\r\n' : '';
      return `GET /v1/certificates/${index.toString(16).padStart(32, '0')} HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\n${close}\r\n`;
    });
    const answer = await sendRaw(service, requests.join(''));
    assert.equal(answer.match(/HTTP\/1\.1 404 /g)?.length, 100);
    const asked = [...answer.matchAll(/no certificate[^"]*?([0-9a-f]{32})/g)].map(([, hex]) => hex);
    assert.deepEqual(asked, asked.toSorted());
  });

  it('more requests than that, whose answers nobody reads, end the connection and are not held', async () => {
    const before = residentMegabytes();
    const ask = 'GET /openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const unread = await Promise.all(Array.from({ length: 40 }, () => connected(service)));
    for (const socket of unread) socket.pause().write(ask.repeat(100));
    const tooMany = await connected(service);
    tooMany.resume().write(ask.repeat(500));
    await closeOf(tooMany);
    // All of them would be more than 600 MB.
    assert.ok(residentMegabytes() - before < 200);
    for (const socket of unread) socket.destroy();
  });

  function residentMegabytes(): number {
    return familyOf(service.pid).reduce((sum, pid) => sum + (residentMegabytesOf(pid) ?? 0), 0);
  }

  it('leaves the service as it was', async () => {
    assert.equal((await call(service, '/v1/authorities')).status, 200);
    assert.doesNotMatch(service.output, /"status":5\d\d/);
  });
});
