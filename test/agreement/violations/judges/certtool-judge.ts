import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_AUTH, OCSP_SIGNING, SERVER_AUTH } from '../../../../src/x509/oids.ts';
import { encodeCertificates } from '../../../../src/x509/pem.ts';
import { endOf, folder } from '../../readers/programs.ts';
import type { PathCase } from '../path-case.ts';
import { between, type Judge } from './judge.ts';

const PURPOSES = { server: SERVER_AUTH, client: CLIENT_AUTH, ocsp: OCSP_SIGNING } as const;

/** GnuTLS' own tool, which takes one path at a time and judges it as of today, as strictly as its TLS does. */
export const certtoolJudge: Judge = {
  name: 'GnuTLS',
  judge: async (cases) => {
    const verdicts: string[] = [];
    for (const one of cases) verdicts.push(await verdictOn(one));
    return verdicts;
  },
};

async function verdictOn(one: PathCase): Promise<string> {
  const [leaf = Buffer.alloc(0)] = one.path;
  const trusted = join(folder, 'trusted.pem');
  writeFileSync(trusted, encodeCertificates([one.trusted]));
  const asked = [
    ...(one.host === undefined ? [] : ['--verify-hostname', one.host]),
    ...(one.purpose === 'any' ? [] : ['--verify-purpose', PURPOSES[one.purpose]]),
  ];
  const path = encodeCertificates([leaf, ...between(one)]);
  const { status, output, complaint } = await endOf(
    'certtool',
    ['--verify', '--verify-profile', 'medium', '--load-ca-certificate', trusted, ...asked],
    path,
  );
  if (status === 0) return '';
  return /Chain verification output: (.*)/.exec(output)?.[1] ?? complaint.trim();
}
