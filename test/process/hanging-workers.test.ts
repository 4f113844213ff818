import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { accept } from '../../api/listener.ts';
import type { Deadlines } from '../../workers/deadlines.ts';
import { ownWorkers } from './own-workers.ts';
import { call, serverCertificate } from './service-process.ts';
import { readyWorkers, startedWith, until } from './worker-processes.ts';

/** So short that a test sees the end of it, and long enough for a process on a core that many share. */
const SHORT = { turnMs: 200, doubtedAfter: 5, lostAfter: 30 };
/** As good as never. */
const LONG_MS = 600_000;
const PATIENCE_MS = 30_000;
/** As long as the service may take to notice that a worker hangs, and to replace it, or to stop with one. */
const HANG_MS = 60_000;

/** Fails where `work` goes on for ever. */
function inTime<T>(work: Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const failure = pause(patienceMs, undefined, { ref: false }).then(() => {
    throw new Error('it did not come to an end');
  });
  return Promise.race([work, failure]);
}

/** Two workers of this process that are ready, and a port whose connections go to them. */
async function twoReady(deadlines: Partial<Deadlines>) {
  const { workers, lines } = ownWorkers(2, { deadlines });
  workers.begin();
  const ready = () => lines.filter(({ msg }) => msg === 'worker ready').map(({ worker }) => worker);
  await until(() => ready().length === 2);
  const acceptor = await accept({ host: '127.0.0.1', port: 0 }, (connection) => {
    if (!workers.take('distribution', connection)) connection.destroy();
  });
  after(() => acceptor.close());
  const [held = 0] = ready();
  const said = (msg: string) => lines.filter((line) => line.msg === msg);
  return { workers, ready, held, said, port: Number(acceptor.authority.split(':').at(-1)) };
}

/** What is answered to a request at a port; nothing where the connection is broken off. */
async function answerAt(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' }).setEncoding('latin1');
  const { promise: closed, resolve } = Promise.withResolvers<unknown>();
  socket.on('error', () => undefined).on('close', resolve);
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
  });
  await closed;
  return answer;
}

describe('a worker that hangs', () => {
  it('is ended and replaced, and its clients are not left waiting', async () => {
    const { ready, held, said, port } = await twoReady(SHORT);
    process.kill(held, 'SIGSTOP');
    const answers = await inTime(Promise.all([answerAt(port), answerAt(port)]));
    assert.deepEqual(answers.map((answer) => answer.slice(0, 15)).sort(), ['', 'HTTP/1.1 200 OK']);
    assert.deepEqual(
      said('a worker no longer answers').map(({ worker }) => worker),
      [held],
    );
    await until(() => ready().length === 3);
    for (const _ of [1, 2]) assert.match(await inTime(answerAt(port)), /^HTTP\/1\.1 200 /);
  });

  it('is given no connections while it is doubted, and some again once it answers', async () => {
    // Who is left out for want of an answer in time has been doubted for long then.
    const deadlines = { ...SHORT, lostAfter: Number.POSITIVE_INFINITY, answerMs: 4_000 };
    const { workers, ready, held, said, port } = await twoReady(deadlines);
    const answering = async () => (await workers.askAll('ping')).length;
    process.kill(held, 'SIGSTOP');
    await until(async () => (await inTime(answering())) === 1);
    for (const _ of [1, 2, 3]) assert.match(await inTime(answerAt(port)), /^HTTP\/1\.1 200 /);
    process.kill(held, 'SIGCONT');
    await until(async () => (await answering()) === 2);
    const [, other = 0] = ready();
    process.kill(other, 'SIGSTOP');
    await until(async () => (await inTime(answering())) === 1);
    assert.match(await inTime(answerAt(port)), /^HTTP\/1\.1 200 /);
    process.kill(other, 'SIGCONT');
    assert.deepEqual(said('a worker no longer answers'), []);
  });

  it('is not waited for by those who ask all', async () => {
    const { workers, held } = await twoReady({ turnMs: LONG_MS, answerMs: 1_000, closeMs: 1_000 });
    process.kill(held, 'SIGSTOP');
    assert.equal((await inTime(workers.askAll('ping'))).length, 1);
  });

  it('is ended where the others have stopped', async () => {
    const { workers, held, said } = await twoReady({ turnMs: LONG_MS, closeMs: 1_000 });
    process.kill(held, 'SIGSTOP');
    await inTime(workers.stop());
    assert.deepEqual(
      said('a worker did not stop in time').map(({ worker }) => worker),
      [held],
    );
  });
});

describe('workers of a first process that was blocked itself', () => {
  it('go on, however long that was', async () => {
    const terms = { turnMs: 50, lostAfter: 20 };
    const { workers, said } = await twoReady(terms);
    for (const _ of [1, 2, 3]) {
      // Both have just been asked, and the next thing that this process does after it was blocked is to look at its timers.
      await pause(terms.turnMs);
      await new Promise((resolve) => setImmediate(resolve));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, terms.turnMs * 30);
    }
    assert.equal((await workers.askAll('ping')).length, 2);
    assert.deepEqual(said('a worker no longer answers'), []);
  });
});

describe('a service with a worker that hangs', { concurrency: true }, () => {
  it('replaces it', async () => {
    const service = await startedWith(2);
    const [held = 0] = readyWorkers(service);
    process.kill(held, 'SIGSTOP');
    await until(() => readyWorkers(service).length === 3, HANG_MS);
    assert.match(service.output, /a worker no longer answers/);
    for (const host of ['a.example', 'b.example']) {
      const body = serverCertificate(host);
      assert.equal((await inTime(call(service, '/v1/certificates', { body }))).status, 201);
    }
    assert.equal((await service.stop()).status, 0);
  });

  it('stops all the same, within the half minute that Kubernetes waits', async () => {
    const service = await startedWith(2);
    const [held = 0] = readyWorkers(service);
    process.kill(held, 'SIGSTOP');
    const { status, output } = await inTime(service.stop(), PATIENCE_MS);
    assert.equal(status, 0);
    assert.match(output, /a worker did not stop in time/);
    assert.throws(() => process.kill(held, 0), /ESRCH/);
  });
});
