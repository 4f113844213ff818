import { askReader } from './programs.ts';
import type { Account, Reader } from './reader.ts';
import { canonicalAddresses } from './tool-text.ts';

/** The libraries for which there is a program of ours in their own language. */
export const nativeReaders: readonly Reader[] = [
  { name: 'OpenSSL', read: accountsOf('openssl') },
  { name: 'NSS', read: accountsOf('nss') },
  { name: 'Go crypto/x509', read: accountsOf('go') },
  {
    name: 'Java CertificateFactory',
    read: accountsOf('java'),
    writesOtherwise: {
      ipAddresses: {
        why: 'InetAddress shortens no run of zeros in an IPv6 address',
        alike: canonicalAddresses,
      },
    },
  },
];

function accountsOf(language: Parameters<typeof askReader>[0]): Reader['read'] {
  return async (certificates) => {
    const lines = certificates.map((der) => Buffer.from(der).toString('base64'));
    const answers = await askReader(language, ['facts'], `${lines.join('\n')}\n`);
    return answers.map((line) => JSON.parse(line) as Account);
  };
}
