import { SettingsError } from '../config/settings-error.ts';
import type { Settings } from '../config.ts';
import { isCertified } from '../src/authority/authority.ts';
import { encodeCertificates } from '../src/x509/pem.ts';
import { writeRoot } from '../storage/data-folder.ts';
import { explained } from './explained.ts';
import type { FirstComposition } from './first-process.ts';

/**
 * Writes the root that clients are to trust; nothing while the authority whose root that is awaits its
 * certificate, which can be brought in over plain HTTP.
 */
export async function writtenRoot(
  { tlsAuthority, isTlsOn, sdsListen }: Settings,
  { service, dataDir }: { service: FirstComposition; dataDir: string },
): Promise<string | undefined> {
  const authority = await service.findAuthority(tlsAuthority);
  if (!authority || isCertified(authority)) {
    const path = await explained('PKI_TLS_AUTHORITY', service.pathOf(tlsAuthority));
    return writeRoot(dataDir, encodeCertificates(path.slice(-1)));
  }
  if (!isTlsOn && sdsListen === undefined) return undefined;
  const advice = 'name another authority, or bring it in with PKI_TLS=off and no PKI_SDS_LISTEN';
  throw new SettingsError(
    `PKI_TLS_AUTHORITY: authority "${tlsAuthority}" awaits its certificate; ${advice}`,
  );
}
