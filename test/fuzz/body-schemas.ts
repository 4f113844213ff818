import type { z } from 'zod';
import { AuthorityBody, CertificationBody, ImportBody } from '../../api/schemas/authority.ts';
import {
  BatchBody,
  CertificateBody,
  RekeyBody,
  RenewalBody,
} from '../../api/schemas/certificate.ts';
import { CertificatePfxBody, PfxBody } from '../../api/schemas/pfx.ts';
import { PreflightBody } from '../../api/schemas/preflight.ts';
import { ProfileBody } from '../../api/schemas/profile.ts';
import { RotationPlanBody } from '../../api/schemas/rotation-plan.ts';
import { RotationRunBody, TargetBody, TargetReplacementBody } from '../../api/schemas/target.ts';
import { examplesOf } from '../api/samples.ts';
import { operationOf } from '../support/documented-operations.ts';

/** What judges the body of each operation. */
export const OPERATION_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  createAuthority: AuthorityBody,
  importAuthority: ImportBody,
  certifyAuthority: CertificationBody,
  issueCertificate: CertificateBody,
  issueCertificates: BatchBody,
  renewCertificate: RenewalBody,
  rekeyCertificate: RekeyBody,
  makeCertificatePfx: CertificatePfxBody,
  convertToPfx: PfxBody,
  preflight: PreflightBody,
  createTarget: TargetBody,
  replaceTarget: TargetReplacementBody,
  rotateTarget: RotationRunBody,
  rollBackTarget: RotationRunBody,
  runRotation: RotationRunBody,
  planRotation: RotationPlanBody,
};

/** As an operator writes it into the settings file. */
const PROFILE = {
  name: 'shop',
  keyAlgorithms: ['ecdsa-p256'],
  extKeyUsage: ['serverAuth', '1.2.3.4'],
  validity: { backdate: '5m', minimum: '1h', default: '30d', maximum: '90d' },
  subject: { defaults: { organization: 'Example' }, callerMaySet: ['commonName'] },
  subjectAltNames: {
    allowed: ['dnsNames', 'uris'],
    required: ['dnsNames'],
    dnsNames: { permitted: ['example.org', '**.shop-*.example.net'], excluded: ['no.example.org'] },
    ipAddresses: { permitted: ['10.0.0.0/8', '2001:db8::/32'] },
    uris: { permitted: ['spiffe://example.org/ns/*/sa/**'] },
  },
  extensions: [{ oid: '1.2.3.4', critical: false, value: 'BQA=' }],
  urls: { caIssuers: true },
};

/** Every schema, with values that it takes. */
export const bodySchemas = [
  ...Object.entries(OPERATION_SCHEMAS).map(([operationId, schema]) => ({
    schema,
    values: examplesOf(operationOf(operationId)),
  })),
  { schema: ProfileBody, values: [PROFILE] },
];
