// Requests and limits of containers, as the API server compares and completes them.
import { isObject, type Json, type JsonObject } from './kubernetes-patch.ts';

const decimal: Readonly<Record<string, number>> = { m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** What a quantity says; undefined for what is none. */
export function amountOf(quantity: Json): number | undefined {
  const [whole, digits, suffix = ''] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  const factor = decimal[suffix] ?? binary[suffix];
  return whole === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** A container with a limit and no request of it gets that request; it is stored, and stays when the limit goes. */
export function withDefaultRequests(deployment: JsonObject): JsonObject {
  const { spec } = deployment;
  if (!isObject(spec) || !isObject(spec.template) || !isObject(spec.template.spec)) return deployment;
  const { containers } = spec.template.spec;
  if (!Array.isArray(containers)) return deployment;
  const completed = (containers as readonly Json[]).map((container) => {
    if (!isObject(container) || !isObject(container.resources) || !isObject(container.resources.limits))
      return container;
    const { limits, requests } = container.resources;
    const all = { ...limits, ...(isObject(requests) ? requests : {}) };
    return { ...container, resources: { ...container.resources, requests: all } };
  });
  const template = { ...spec.template, spec: { ...spec.template.spec, containers: completed } };
  return { ...deployment, spec: { ...spec, template } };
}
