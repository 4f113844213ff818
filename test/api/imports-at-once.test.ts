import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import { certified, outsideAuthority } from '../support/outside-authority.ts';
import { type AuthorityJson, pathOf, pendingAuthority, shown } from './authorities-on-the-wire.ts';
import { placesIn } from './certificates-on-the-wire.ts';

const { api } = await startApi();

const NUMBERS = [1, 2, 3, 4, 5, 6];
const bring = (body: object) => api.post('/v1/authorities/import', body);
const nameOf = (reply: Reply) => reply.json<AuthorityJson>().name;

/** The one that was taken, after all others were refused for what they name. */
function onlyOne(replies: readonly Reply[], place: string): Reply {
  const [granted, ...others] = replies.toSorted((one, other) => one.status - other.status);
  assert.ok(granted);
  assert.equal(granted.status, 201, granted.text);
  for (const refused of others) {
    assert.deepEqual(placesIn(refused, 409, 'name-taken'), [place], refused.text);
  }
  return granted;
}

async function namesOfAuthorities(): Promise<readonly string[]> {
  const page = (await api.get('/v1/authorities')).json<{ items: readonly AuthorityJson[] }>();
  return page.items.map(({ name }) => name);
}

describe('POST /v1/authorities/import, several at once', () => {
  it('201: one root is one authority, whatever names it comes in under', async () => {
    const root = outsideAuthority({ subject: 'Many Names' });
    const key = { certificate: root.pem, privateKey: root.keyPem };
    const imports = NUMBERS.map((number) => bring({ name: `many-${number}`, ...key }));
    const replies = await Promise.all(imports);
    const name = nameOf(onlyOne(replies, '/name'));
    const words = `the certificate is that of authority \\"${name}\\"`;
    for (const refused of replies.filter(({ status }) => status === 409)) {
      assert.ok(refused.text.includes(words), refused.text);
    }
    const names = await namesOfAuthorities();
    assert.deepEqual(
      names.filter((other) => other.startsWith('many-')),
      [name],
    );
  });

  it('201: one name is taken once, with the same certificate too', async () => {
    const root = outsideAuthority({ subject: 'One Name' });
    const key = { certificate: root.pem, privateKey: root.keyPem };
    onlyOne(await Promise.all(NUMBERS.map(() => bring({ name: 'one-name', ...key }))), '/name');
    const others = NUMBERS.map((number) => outsideAuthority({ subject: `Other ${number}` }));
    const imports = others.map(({ pem, keyPem }) =>
      bring({ name: 'other', certificate: pem, privateKey: keyPem }),
    );
    onlyOne(await Promise.all(imports), '/name');
  });

  it('201: below one root that is new here, which is recorded once', async () => {
    const root = outsideAuthority({ subject: 'Shared Root' });
    const below = NUMBERS.map((number) => {
      const name = `below-${number}`;
      return { name, authority: outsideAuthority({ subject: name, issuer: root }) };
    });
    for (const reply of await Promise.all(
      below.map(({ name, authority }) =>
        bring({ name, certificate: pathOf(authority, root), privateKey: authority.keyPem }),
      ),
    )) {
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.json<AuthorityJson>().parent, 'shared-root');
    }
  });

  it('201: the same where each has a name of its own for the root, of which the first counts', async () => {
    const root = outsideAuthority({ subject: 'Named Root' });
    const middle = outsideAuthority({ subject: 'Named Middle', issuer: root });
    const below = NUMBERS.map((number) => {
      const issuer = number % 2 === 0 ? middle : root;
      const own = outsideAuthority({ subject: `Named ${number}`, issuer });
      const namesAbove = issuer === middle ? [`m-${number}`, `r-${number}`] : [`r-${number}`];
      const path = issuer === middle ? pathOf(own, middle, root) : pathOf(own, root);
      const name = `named-${number}`;
      return { name, certificate: path, privateKey: own.keyPem, namesAbove };
    });
    const replies = await Promise.all(below.map(bring));
    for (const reply of replies) assert.equal(reply.status, 201, reply.text);
    const names = await namesOfAuthorities();
    assert.deepEqual(
      [/^m-/, /^r-/].map((form) => names.filter((name) => form.test(name)).length),
      [1, 1],
    );
  });

  it('201: the key of an authority that was recorded without one is brought once', async () => {
    const root = outsideAuthority({ subject: 'Late Key' });
    const own = outsideAuthority({ subject: 'Early', issuer: root });
    await bring({ name: 'early', certificate: pathOf(own, root), privateKey: own.keyPem });
    const key = { name: 'late-key', certificate: root.pem, privateKey: root.keyPem };
    onlyOne(await Promise.all(NUMBERS.map(() => bring(key))), '/name');
  });
});

describe('POST /v1/authorities/{name}/certificate, several at once', () => {
  it('200: the very same certificate', async () => {
    const root = outsideAuthority({ subject: 'Certifying Root' });
    const { certificationRequest } = await pendingAuthority(api, 'certified');
    const certificate = certified(certificationRequest, root).pem + root.pem;
    const replies = await Promise.all(
      NUMBERS.map(() => api.post('/v1/authorities/certified/certificate', { certificate })),
    );
    for (const reply of replies) assert.equal(reply.status, 200, reply.text);
    assert.equal((await shown(api, 'certified')).parent, 'certifying-root');
  });
});

describe('POST /v1/authorities, several at once', () => {
  it('201: one name is taken once, and the others are told so', async () => {
    const common = { subject: { commonName: 'Created' }, keyAlgorithm: 'ecdsa-p256' };
    for (const body of [
      { ...common, name: 'created', kind: 'root', validity: '1y' },
      { ...common, name: 'asked', kind: 'intermediate', parent: null },
    ]) {
      onlyOne(await Promise.all(NUMBERS.map(() => api.post('/v1/authorities', body))), '/name');
    }
  });
});
