import { askReader } from '../../readers/programs.ts';
import type { AskedPath } from '../path-case.ts';
import { between, type Judge } from './judge.ts';

/** The libraries for which there is a program of ours in their own language. */
export const nativeJudges: readonly Judge<AskedPath>[] = [
  { name: 'OpenSSL', judge: verdictsOf('openssl') },
  { name: 'Go', judge: verdictsOf('go') },
  { name: 'Java', judge: verdictsOf('java') },
  { name: 'NSS', judge: verdictsOf('nss') },
];

function verdictsOf(language: Parameters<typeof askReader>[0]): Judge<AskedPath>['judge'] {
  return async (cases, at) => {
    const input = cases.map((one) => `${lineOf(one, at)}\n`).join('');
    const answers = await askReader(language, ['verify'], input);
    return answers.map((line) => (JSON.parse(line) as { readonly error?: string }).error ?? '');
  };
}

/** As readers/c/paths.h says. */
function lineOf(one: AskedPath, at: Date): string {
  const [leaf = Buffer.alloc(0)] = one.path;
  const certificates = [one.trusted, leaf, ...between(one)].map((der) => der.toString('base64'));
  const seconds = Math.floor(at.getTime() / 1_000);
  return [seconds, one.purpose, one.host ?? '', ...certificates].join('\t');
}
