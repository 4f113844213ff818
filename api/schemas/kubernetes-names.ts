import { z } from 'zod';
import { MAX_SUBDOMAIN_LENGTH } from '../../src/rotation/secret-name.ts';
import { Line } from './names.ts';

/** A DNS label, RFC 1123 §2.1. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The name of a kubeconfig's context. */
export const Context = Line.max(MAX_SUBDOMAIN_LENGTH);

export const Namespace = z
  .string()
  .regex(LABEL, 'must be a DNS label, as Kubernetes names namespaces');
