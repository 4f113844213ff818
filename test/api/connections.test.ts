import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import express from 'express';
import { accept, respondWith } from '../../api/listener.ts';
import { sendJson } from '../../api/send-json.ts';
import { sendOctets } from '../../api/send-octets.ts';
import { selfSigned } from './tls-call.ts';

const MEBIBYTE = 1024 * 1024;
const HANDSHAKE_PATIENCE_MS = 15_000;
const READING_PATIENCE_MS = 75_000;

type App = (req: IncomingMessage, res: ServerResponse) => void;

/** A port with `app` behind it, and the connections that were accepted there. */
async function listening(app: App, tls?: { readonly cert: string; readonly key: string }) {
  const accepted: Socket[] = [];
  const responder = respondWith(app, { tls, logUnreadable: () => undefined });
  const acceptor = await accept({ host: '127.0.0.1', port: 0 }, (connection) => {
    accepted.push(connection);
    responder.respond(connection);
  });
  after(async () => {
    await acceptor.close();
    for (const connection of accepted) connection.destroy();
    await responder.close();
  });
  const port = Number(acceptor.authority.split(':').at(-1));
  return { accepted, connected: () => connectedTo(port) };
}

async function connectedTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  after(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function isClosedWithin(socket: Socket | undefined, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (socket?.destroyed !== true && performance.now() < deadline) await pause(100);
  return socket?.destroyed === true;
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('a connection', { concurrency: true }, () => {
  it('on which TLS is never agreed on is let go, whatever the client does with it', async () => {
    const { accepted, connected } = await listening(
      (_req, res) => res.end(),
      selfSigned('0A', 'a'),
    );
    const silent = await connected();
    const stammering = await connected();
    stammering.write(Buffer.from([0x16, 3, 1]));
    for (const index of [0, 1]) {
      assert.ok(await isClosedWithin(accepted[index], HANDSHAKE_PATIENCE_MS), `number ${index}`);
    }
    silent.destroy();
  });

  it('whose answers nobody reads holds little, and is let go', async () => {
    const app = express();
    const octets = Buffer.alloc(MEBIBYTE, 'x');
    app.use((_req, res) => sendOctets(res, octets));
    const { accepted, connected } = await listening(app);
    const client = (await connected()).pause();
    client.write(request('/').repeat(50));
    await pause(2_000);
    const [served] = accepted;
    const held = served?.writableLength ?? 0;
    assert.ok(held > 0 && held < MEBIBYTE / 10, `${held} octets are held`);
    assert.ok(await isClosedWithin(served, READING_PATIENCE_MS));
  });

  it('whose client reads slowly is not cut off', async () => {
    const app = express();
    app.use((_req, res) => sendOctets(res, Buffer.alloc(16 * MEBIBYTE, 'x')));
    const { connected } = await listening(app);
    const client = await connected();
    let count = 0;
    client.on('data', (chunk: Buffer) => {
      count += chunk.length;
      client.pause();
      setTimeout(() => client.resume(), 25);
    });
    client.write(request('/'));
    while (count < 16 * MEBIBYTE) {
      assert.ok(!client.destroyed, `cut off after ${count} octets`);
      await pause(100);
    }
  });

  it('has its requests begun one after the other, however many were sent ahead', async () => {
    const begun: string[] = [];
    let inHand = 0;
    const { connected } = await listening((req, res) => {
      begun.push(`${req.url} beside ${inHand}`);
      inHand += 1;
      setTimeout(() => {
        inHand -= 1;
        res.end(`${req.url}`);
      }, 2);
    });
    const client = await connected();
    const paths = Array.from({ length: 250 }, (_, index) => `/${index}`);
    let answered = '';
    client.on('data', (chunk: Buffer) => {
      answered += chunk.toString('latin1');
    });
    client.write(paths.map(request).join(''));
    while (!answered.endsWith('/249')) await pause(20);
    assert.deepEqual(
      begun,
      paths.map((path) => `${path} beside 0`),
    );
    assert.equal(answered.match(/HTTP\/1\.1 200/g)?.length, 250);
  });

  it('on which thousands of requests are sent at once is let go, and few of them are begun', async () => {
    let begun = 0;
    const { accepted, connected } = await listening((_req, res) => {
      begun += 1;
      setTimeout(() => res.end(), 20);
    });
    const client = await connected();
    client.write(request('/').repeat(2_000));
    assert.ok(await isClosedWithin(accepted[0], 5_000));
    assert.ok(begun < 20, `${begun} were begun`);
  });

  it('whose client has gone before a long answer is ready holds nothing for it', async () => {
    const app = express();
    const long = 'x'.repeat(8 * MEBIBYTE);
    app.use((_req, res) => {
      setTimeout(() => {
        try {
          sendJson(res, 200, long);
        } catch {
          res.status(503).end();
        }
      }, 50);
    });
    const { connected } = await listening(app);
    for (let times = 0; times < 12; times += 1) {
      const client = await connected();
      client.write(request('/'));
      await pause(10);
      client.resetAndDestroy();
    }
    await pause(200);
    const client = await connected();
    client.write(request('/'));
    const [answer] = (await once(client, 'data')) as [Buffer];
    assert.match(answer.toString('latin1'), /^HTTP\/1\.1 200 /);
  });

  it('that is closed with an answer has nothing begun that was sent after it', async () => {
    const begun: string[] = [];
    const { connected } = await listening((req, res) => {
      begun.push(`${req.url}`);
      res.setHeader('Connection', 'close');
      setImmediate(() => res.end());
    });
    const client = await connected();
    client.resume().write(request('/1') + request('/2'));
    await once(client, 'close');
    await pause(100);
    assert.deepEqual(begun, ['/1']);
  });

  for (const tls of [undefined, selfSigned('0A', 'a')]) {
    it(`of which the client closes its half is answered ${tls ? 'with TLS' : 'in the clear'}`, async () => {
      const { connected } = await listening((req, res) => {
        req.resume().once('end', () => setTimeout(() => res.end('late'), 50));
      }, tls);
      const plain = await connected();
      const client = tls ? connectTls({ socket: plain, rejectUnauthorized: false }) : plain;
      let answered = '';
      client.on('data', (chunk: Buffer) => {
        answered += chunk.toString('latin1');
      });
      client.end(request('/'));
      await once(client, 'close');
      assert.match(answered, /late$/);
    });
  }
});
