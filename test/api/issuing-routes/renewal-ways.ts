import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { hostileRequestParts } from '../../support/hostile-leaf-requests.ts';
import { NARROW } from '../../support/narrow-profile.ts';
import { assertSuccession } from '../../support/restated-policy/assert-succession.ts';
import { handMadeRequest, keys } from '../../unit/x509/hand-made-request.ts';
import type { CertificateJson } from '../certificates-on-the-wire.ts';
import {
  api,
  byCertificate,
  clock,
  type Departed,
  declareProfiles,
  departedIn,
  passOver,
  type Way,
  WIDE,
  way,
} from './issuing-world.ts';
import { anyBody, laxRequest } from './leaf-ways.ts';

const validity = fc.constantFrom('1s', '1h', '30d', '89d', '90d', '825d', '5y');
const renewalBody = fc.record({ validity }, { requiredKeys: [] });
const csr = fc.oneof(
  fc.constant({}).map(handMadeRequest),
  hostileRequestParts.map(handMadeRequest),
);
const rekeyBody = fc.oneof(
  fc.record({ validity, csr }, { requiredKeys: ['csr'] }),
  fc.record(
    { validity, keyAlgorithm: fc.constantFrom('ecdsa-p384', 'ed25519') },
    { requiredKeys: [] },
  ),
);
const body = fc.oneof({ arbitrary: laxRequest, weight: 4 }, anyBody);

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What an operator who has thought no further lets people have. */
async function issuedYesterday(request: object): Promise<CertificateJson | undefined> {
  declareProfiles(WIDE);
  const reply = await api.post('/v1/certificates', request);
  declareProfiles(NARROW);
  if (departedIn(reply).length === 0) return undefined;
  const certificate = reply.json<CertificateJson>();
  passOver(certificate);
  return certificate;
}

interface Ask {
  readonly old: CertificateJson;
  readonly path: string;
  readonly body: object;
}

async function byToken({ path, body: asked }: Ask): Promise<readonly Departed[]> {
  return departedIn(await api.post(path, asked));
}

async function byItself({ old, path, body: asked }: Ask): Promise<readonly Departed[]> {
  const {
    certificate: cert,
    privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  } = old;
  const reply = await byCertificate({ cert, key: String(privateKey) }, path, asked);
  if (reply.status === 401) {
    assert.ok(new Date(old.notAfter) < clock.now(), 'does not know its own certificate');
    return [];
  }
  return departedIn(reply);
}

function succession(
  how: 'renew' | 'rekey',
  asked: fc.Arbitrary<object>,
  ask: (ask: Ask) => Promise<readonly Departed[]>,
): Way {
  const wanted = fc.record({
    body,
    asked,
    passing: fc.constantFrom(MINUTE_MS, MINUTE_MS, HOUR_MS),
  });
  return way(
    wanted,
    async (one) => {
      const old = await issuedYesterday(one.body);
      if (!old) return [];
      clock.advance(one.passing);
      const path = `/v1/certificates/${old.serialNumber}/${how}`;
      const departed = await ask({ old, path, body: one.asked });
      for (const { certificate } of departed) {
        assertSuccession({
          old: new X509Certificate(old.certificate).raw,
          successor: new X509Certificate(certificate).raw,
          keepsKey: how === 'renew',
          isByItself: ask === byItself,
        });
      }
      return departed;
    },
    80,
  );
}

/** POST /v1/certificates/{serialNumber}/renew, under the policy of today. */
export const renewals = {
  'by the administrator': succession('renew', renewalBody, byToken),
  'by the certificate itself': succession('renew', renewalBody, byItself),
};

/** POST /v1/certificates/{serialNumber}/rekey, likewise. */
export const rekeyings = {
  'by the administrator': succession('rekey', rekeyBody, byToken),
  'by the certificate itself': succession('rekey', rekeyBody, byItself),
};
