import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { certificatesIn, issue, placesIn, problemIn } from './certificates-on-the-wire.ts';

interface AuthorityJson {
  readonly name: string;
  readonly kind: string;
  readonly parent: string | null;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly fingerprintSha256: string;
  readonly certificate: string;
  readonly chain: string;
  readonly warnings?: unknown;
  readonly rsaSignatureScheme?: string;
}

const { api } = await startApi();

const newRoot = {
  name: 'other-root',
  kind: 'root',
  subject: { commonName: 'Other Root', organization: 'Example', country: 'GB' },
  keyAlgorithm: 'ecdsa-p256',
  validity: '10y',
};
const newIntermediate = {
  name: 'partners',
  kind: 'intermediate',
  parent: 'root',
  subject: { commonName: 'Partners Issuing' },
  keyAlgorithm: 'ecdsa-p256',
  validity: '5y',
};

function textOf(pem: string): string {
  return execFileSync('openssl', ['x509', '-noout', '-text'], { input: pem, encoding: 'utf8' });
}

describe('POST /v1/authorities', () => {
  it('201: a root signs itself, lasts as long as asked, and limits nothing', async () => {
    const reply = await api.post('/v1/authorities', newRoot);
    assert.equal(reply.status, 201, reply.text);
    assert.equal(reply.headers['location'], '/v1/authorities/other-root');
    const root = reply.json<AuthorityJson>();
    const x509 = new X509Certificate(root.certificate);
    assert.ok(x509.ca && x509.checkIssued(x509) && x509.verify(x509.publicKey));
    assert.deepEqual([root.parent, root.chain, root.warnings], [null, '', undefined]);
    assert.equal(root.notBefore.slice(0, 19), '2030-06-15T11:55:00');
    assert.equal(root.notAfter.slice(0, 19), '2040-06-12T11:59:59');
    assert.equal(x509.fingerprint256.replaceAll(':', '').toLowerCase(), root.fingerprintSha256);
    assert.equal(x509.serialNumber.toLowerCase(), root.serialNumber);
    const text = textOf(root.certificate);
    assert.match(text, /Basic Constraints: critical\s+CA:TRUE\n/);
    assert.doesNotMatch(text, /Extended Key Usage|Name Constraints/);
  });

  it('201: an intermediate carries its path length and name constraints, under its parent', async () => {
    const reply = await api.post('/v1/authorities', {
      ...newIntermediate,
      pathLenConstraint: 0,
      nameConstraints: {
        permitted: { dnsNames: ['partners.example.org'], emailDomains: ['.example.org'] },
        excluded: { ipRanges: ['0.0.0.0/0', '::/0'], uriDomains: ['example.net'] },
      },
    });
    assert.equal(reply.status, 201, reply.text);
    const authority = reply.json<AuthorityJson>();
    const [root] = certificatesIn(authority.chain);
    assert.ok(root && new X509Certificate(authority.certificate).verify(root.publicKey));
    const text = textOf(authority.certificate);
    assert.match(text, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    assert.match(text, /Name Constraints: critical/);
    for (const name of ['DNS:partners.example.org', 'email:.example.org', 'URI:example.net']) {
      assert.ok(text.includes(name), `${name} is not in:\n${text}`);
    }
    assert.doesNotMatch(text, /Extended Key Usage/);
  });

  it('201: what was answered is what is shown afterwards', async () => {
    const made = await api.post('/v1/authorities', {
      ...newIntermediate,
      name: 'shown',
      subject: { commonName: 'Shown' },
    });
    const shown = await api.get('/v1/authorities/shown');
    assert.deepEqual(shown.json(), made.json());
  });

  it('201: an RSA key signs as it is told to, and everything below it bears that signature', async () => {
    const rsa = { keyAlgorithm: 'rsa-2048', rsaSignatureScheme: 'pss' };
    const root = await api.post('/v1/authorities', { ...newRoot, ...rsa, name: 'pss-root' });
    const below = { ...newIntermediate, ...rsa, name: 'pss', parent: 'pss-root' };
    const issuing = await api.post('/v1/authorities', below);
    assert.deepEqual([root.status, issuing.status], [201, 201], root.text + issuing.text);
    const leaf = await issue(api, { authority: 'pss', dnsNames: ['pss.example.org'] });
    const made = [root, issuing].map((reply) => reply.json<AuthorityJson>());
    for (const { certificate } of [...made, leaf]) {
      assert.match(textOf(certificate), /Signature Algorithm: rsassaPss/);
    }
    assert.deepEqual(
      made.map(({ rsaSignatureScheme }) => rsaSignatureScheme),
      ['pss', 'pss'],
    );
    const { status } = await api.get('/v1/authorities/pss');
    assert.equal(status, 200);
  });

  it('201: an RSA key signs by PKCS #1 v1.5 where nobody says otherwise', async () => {
    const rsa = { name: 'rsa-root', keyAlgorithm: 'rsa-2048' };
    const root = (await api.post('/v1/authorities', { ...newRoot, ...rsa })).json<AuthorityJson>();
    assert.equal(root.rsaSignatureScheme, 'pkcs1-v1_5');
    assert.match(textOf(root.certificate), /Signature Algorithm: sha256WithRSAEncryption/);
    const ec = (await api.get('/v1/authorities/root')).json<AuthorityJson>();
    assert.equal(ec.rsaSignatureScheme, undefined);
  });

  it('400: a signature scheme of RSA for a key of another algorithm, or one that there is not', async () => {
    const ec = await api.post('/v1/authorities', { ...newRoot, rsaSignatureScheme: 'pss' });
    assert.deepEqual(placesIn(ec, 400, 'request-malformed'), ['/rsaSignatureScheme']);
    const rsa = { ...newRoot, keyAlgorithm: 'rsa-2048', rsaSignatureScheme: 'oaep' };
    const unknown = await api.post('/v1/authorities', rsa);
    assert.deepEqual(placesIn(unknown, 400, 'request-malformed'), ['/rsaSignatureScheme']);
  });

  it('400: names every member at fault at once', async () => {
    const reply = await api.post('/v1/authorities', {
      ...newRoot,
      name: 'Not A Name',
      subject: { organization: 'Example' },
      validity: '10 years',
      keyAlgorithm: 'dsa-1024',
      pathLenConstraint: -1,
    });
    const places = placesIn(reply, 400, 'request-malformed');
    assert.deepEqual(places.toSorted(), [
      '/keyAlgorithm',
      '/name',
      '/pathLenConstraint',
      '/subject/commonName',
      '/validity',
    ]);
  });

  it('400: a root with a parent, and an intermediate without one', async () => {
    const withParent = await api.post('/v1/authorities', { ...newRoot, parent: 'root' });
    assert.ok(withParent.text.includes('parent'));
    assert.equal(placesIn(withParent, 400, 'request-malformed').length, 1);
    const { parent: _, ...orphan } = newIntermediate;
    const without = await api.post('/v1/authorities', orphan);
    assert.deepEqual(placesIn(without, 400, 'request-malformed'), ['/parent']);
  });

  it('400: an address range that is none, or has bits behind its prefix, where it stands', async () => {
    const nameConstraints = {
      permitted: { ipRanges: ['10.0.0.0/8', '10.0.0.1/8'] },
      excluded: { ipRanges: ['1:2:3/32'] },
    };
    const reply = await api.post('/v1/authorities', { ...newIntermediate, nameConstraints });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [
      '/nameConstraints/permitted/ipRanges/1',
      '/nameConstraints/excluded/ipRanges/0',
    ]);
  });

  it('404: a parent that does not exist', async () => {
    const reply = await api.post('/v1/authorities', {
      ...newIntermediate,
      name: 'a',
      parent: 'no',
    });
    assert.deepEqual(placesIn(reply, 404, 'authority-unknown'), ['/parent']);
  });

  it('409: a name that is taken', async () => {
    const reply = await api.post('/v1/authorities', { ...newRoot, name: 'issuing' });
    assert.deepEqual(placesIn(reply, 409, 'name-taken'), ['/name']);
  });

  it('409: a parent whose path length is used up', async () => {
    const reply = await api.post('/v1/authorities', {
      ...newIntermediate,
      name: 'below',
      parent: 'issuing',
    });
    assert.deepEqual(placesIn(reply, 409, 'authority-cannot-issue'), ['/parent']);
  });

  it('422: one that would outlive its parent', async () => {
    const reply = await api.post('/v1/authorities', {
      ...newIntermediate,
      name: 'b',
      validity: '50y',
    });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/validity']);
  });

  it('422: one that would end after the last year that a certificate can say', async () => {
    const reply = await api.post('/v1/authorities', { ...newRoot, name: 'c', validity: '999999y' });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/validity']);
  });

  it('422: the subject of its own parent', async () => {
    const { subject } = (await api.get('/v1/authorities/root')).json<{ subject: unknown }>();
    const reply = await api.post('/v1/authorities', { ...newIntermediate, name: 'd', subject });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/subject']);
  });

  it('422: more path length than the authorities above leave', async () => {
    const subject = { commonName: 'Policy' };
    const policy = { ...newIntermediate, name: 'policy', subject, pathLenConstraint: 1 };
    assert.equal((await api.post('/v1/authorities', policy)).status, 201);
    const reply = await api.post('/v1/authorities', {
      ...newIntermediate,
      name: 'f',
      parent: 'policy',
      validity: '1y',
      pathLenConstraint: 1,
    });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/pathLenConstraint']);
  });
});

describe('GET /v1/authorities', () => {
  it('200: all of them, by name', async () => {
    const { items } = (await api.get('/v1/authorities')).json<{ items: AuthorityJson[] }>();
    const names = items.map(({ name }) => name);
    assert.ok(names.includes('root') && names.includes('issuing'));
    assert.deepEqual(names, names.toSorted());
  });
});

describe('GET /v1/authorities/{name}', () => {
  it('200: the issuing authority has its parent, and a chain that holds the root', async () => {
    const issuing = (await api.get('/v1/authorities/issuing')).json<AuthorityJson>();
    const root = (await api.get('/v1/authorities/root')).json<AuthorityJson>();
    assert.deepEqual([issuing.kind, issuing.parent], ['intermediate', 'root']);
    assert.equal(issuing.chain, root.certificate);
  });

  it('404: one that does not exist, and a name that can be none', async () => {
    problemIn(await api.get('/v1/authorities/nobody'), 404, 'authority-unknown');
    problemIn(await api.get('/v1/authorities/Not%20A%20Name'), 404, 'authority-unknown');
  });
});
