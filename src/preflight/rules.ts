import { altNameRules, identityRules } from './alt-name-rules.ts';
import { appleKeyRules, appleRules } from './apple-rules.ts';
import {
  applicationGatewayFileRules,
  applicationGatewayKeyRules,
  applicationGatewayPathRules,
  applicationGatewayRules,
} from './application-gateway-rules.ts';
import type {
  CertificateCandidate,
  Claims,
  FileCandidate,
  PathCandidate,
  RequestCandidate,
  TargetCandidate,
} from './candidate.ts';
import { constraintPathRules, constraintRules } from './constraint-rules.ts';
import type { DeliveryCandidate, PlaceCandidate } from './delivery-candidate.ts';
import { deliveryRules as filesRules } from './delivery-rules.ts';
import { envoyKeyRules, envoyRules } from './envoy-rules.ts';
import { extensionRules } from './extension-rules.ts';
import { extensionValueRules } from './extension-value-rules.ts';
import { fileRules as readingRules } from './file-rules.ts';
import { formRules } from './form-rules.ts';
import { goPathRules, goRules } from './go-rules.ts';
import { javaRules } from './java-rules.ts';
import { keyRules } from './key-rules.ts';
import { pathRules as generalPathRules } from './path-rules.ts';
import { placeRules as neighbourRules } from './place-rules.ts';
import { policyPathRules } from './policy-rules.ts';
import { proofRules } from './proof-rules.ts';
import { askingRules } from './request-rules.ts';
import type { Rule } from './rule.ts';
import { signatureRules } from './signature-rules.ts';
import { subjectNameRules } from './subject-name-rules.ts';
import { subjectRules } from './subject-rules.ts';
import { keyUsageRules, usageRules } from './usage-rules.ts';
import { verifierKeyRules, verifierPurposeRules } from './verifier-rules.ts';

/**
 * Every rule that this service knows: what is about to be signed, what is submitted, and what a target
 * would be given are judged by one list, each by those of its rules that speak of such a thing.
 */

const claimRules: readonly Rule<Claims>[] = [
  ...subjectRules,
  ...altNameRules,
  ...keyRules,
  ...keyUsageRules,
  ...appleKeyRules,
  ...envoyKeyRules,
  ...applicationGatewayKeyRules,
  ...verifierKeyRules,
];

/** Those of one certificate. */
export const certificateRules: readonly Rule<CertificateCandidate>[] = [
  ...formRules,
  ...claimRules,
  ...identityRules,
  ...usageRules,
  ...extensionRules,
  ...extensionValueRules,
  ...signatureRules,
  ...appleRules,
  ...envoyRules,
  ...applicationGatewayRules,
  ...verifierPurposeRules,
  ...constraintRules,
  ...goRules,
  ...javaRules,
];

/** Those of a file, before what is in it. */
export const fileRules: readonly Rule<FileCandidate>[] = readingRules;

/** Those of a certification request. */
export const requestRules: readonly Rule<RequestCandidate>[] = [
  ...proofRules,
  ...askingRules,
  ...claimRules,
];

/** Those of certificates that stand in one file. */
export const pathRules: readonly Rule<PathCandidate>[] = [
  ...generalPathRules,
  ...policyPathRules,
  ...subjectNameRules,
  ...constraintPathRules,
  ...goPathRules,
  ...applicationGatewayPathRules,
  ...applicationGatewayFileRules,
];

/** Those of a place whose certificate is still to be made. */
export const targetRules: readonly Rule<TargetCandidate>[] = [
  ...envoyKeyRules,
  ...applicationGatewayKeyRules,
  ...applicationGatewayPathRules,
];

/** Those of a place, whatever is written there. */
export const placeRules: readonly Rule<PlaceCandidate>[] = neighbourRules;

/** Those of files that are to lie, or lie, where a consumer reads them. */
export const deliveryRules: readonly Rule<DeliveryCandidate>[] = filesRules;
