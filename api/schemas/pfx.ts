import { z } from 'zod';
import { passwordViolations } from '../../src/bundle/password.ts';
import { isFriendlyName } from '../../src/bundle/pfx.ts';

const lock = {
  password: z
    .string()
    .superRefine((password, context) => {
      for (const { detail } of passwordViolations(password)) {
        context.addIssue({ code: 'custom', message: detail });
      }
    })
    .exactOptional(),
  encryption: z.enum(['modern', 'compat']).default('modern'),
} as const;

/** Body of `POST /v1/certificates/{serialNumber}/pfx`. */
export const CertificatePfxBody = z.strictObject({
  ...lock,
  friendlyName: z
    .string()
    .refine(isFriendlyName, 'has 1 to 128 characters, none of them a control character')
    .exactOptional(),
});

/** Body of `POST /v1/pfx`. */
export const PfxBody = z.strictObject({
  privateKey: z.string().min(1).max(32_768),
  certificates: z.string().min(1).max(524_288),
  ...lock,
});
