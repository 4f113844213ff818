import { z } from 'zod';
import type { KubernetesObject, Read } from './object.ts';

const Labels = z.record(z.string(), z.string());
const DeploymentSpec = z.object({
  template: z.object({ metadata: z.object({ labels: Labels.default({}) }) }),
});
const ServiceSpec = z.object({ selector: Labels });

/** A pod has the labels by which a Gateway finds it. */
export function readPod({ metadata }: KubernetesObject): Read {
  return workload(metadata.namespace, metadata.labels);
}

/** A Deployment makes pods with labels, which says where they are while there are none. */
export function readDeployment({ metadata, spec }: KubernetesObject): Read {
  const read = DeploymentSpec.safeParse(spec);
  return read.success ? workload(metadata.namespace, read.data.template.metadata.labels) : {};
}

/** A Service finds pods that have at least these labels. */
export function readService({ metadata, spec }: KubernetesObject): Read {
  const read = ServiceSpec.safeParse(spec);
  return read.success ? workload(metadata.namespace, read.data.selector) : {};
}

function workload(namespace: string, labels: Readonly<Record<string, string>>): Read {
  return Object.keys(labels).length === 0 ? {} : { workload: { namespace, labels } };
}
