import { randomBytes } from 'node:crypto';
import { draftCertificate } from '../../src/issuance/draft-certificate.ts';
import { requestFromBody } from '../../src/issuance/issue-leaf.ts';
import { violationsOf } from '../../src/issuance/policy.ts';
import { Profiles } from '../../src/issuance/profiles.ts';
import { pooled } from '../../src/issuance/serial-number.ts';
import { decodeTbsCertificate } from '../../src/x509/decode-certificate.ts';
import { subjectPublicKeyInfoOf } from '../../src/x509/key.ts';
import { IssuanceWorld } from '../support/issuance.ts';
import type { Bench } from './bench.ts';
import { type Line, verdictOf } from './line.ts';
import { microsecondsOf } from './microseconds.ts';

const GOAL_MICROSECONDS = 25;

/** What a certificate costs besides signatures and storage: written down, read back and judged. */
export async function construction({ requests }: Bench): Promise<Line[]> {
  const world = await IssuanceWorld.withAuthorities();
  const signer = await world.issuers.issuerOf('issuing');
  const { profileOf } = new Profiles();
  const profile = profileOf('server');
  // As the service draws them.
  const drawn = { randomBytes: pooled(randomBytes), profileOf };
  const draft = (request: Draftable) => draftCertificate(drawn, { signer, request }, world.now);
  const drafts = requests.map(({ host, publicKey }) => {
    const body = { authority: 'issuing', profile: 'server', dnsNames: [host] } as const;
    const keyAlgorithm = 'ecdsa-p256';
    const subjectKey = {
      keyAlgorithm,
      subjectPublicKeyInfo: subjectPublicKeyInfoOf(publicKey),
    } as const;
    const request = requestFromBody(body, profile, subjectKey);
    return { request, ...draft(request) };
  });
  const terms = ({ names, subjectPointer: subject }: Draftable) =>
    ({
      profile,
      keyAlgorithm: 'ecdsa-p256',
      issuers: signer.path,
      pointers: { names, subject, key: '/keyAlgorithm' },
      now: world.now,
      urls: { caIssuers: [], ocsp: [], crlDistributionPoints: [] },
    }) as const;

  const all = microsecondsOf(drafts, ({ request }) => draft(request));
  const readBack = microsecondsOf(drafts, ({ tbsCertificate }) =>
    decodeTbsCertificate(tbsCertificate),
  );
  const judged = microsecondsOf(drafts, ({ request, decoded }) =>
    violationsOf(decoded, terms(request)),
  );
  const written = all - readBack - judged;
  const parts = Object.entries({ written, 'read back': readBack, judged });
  return [
    {
      work: 'certificate construction alone',
      certwright: parts.map(([part, cost]) => `${part} ${cost.toFixed(1)}`).join(', '),
      beside: '',
      outcome: `${all.toFixed(1)} µs`,
      goal: `< ${GOAL_MICROSECONDS} µs`,
      verdict: verdictOf(all < GOAL_MICROSECONDS),
    },
  ];
}

type Draftable = ReturnType<typeof requestFromBody>;
