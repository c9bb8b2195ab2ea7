// Refusals of the API server: Status objects, worded and coded as the real one does.

export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export function statusObject({ code, reason, message, details }: Refusal): unknown {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  };
}

export const unauthorized: Refusal = { code: 401, reason: 'Unauthorized', message: 'Unauthorized' };
export const pathNotFound: Refusal = {
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
};
export const methodNotAllowed: Refusal = {
  code: 405,
  reason: 'MethodNotAllowed',
  message: 'the server does not allow this method on the requested resource',
};

export function notFound(kind: string, group: string, name: string): Refusal {
  const full = group === '' ? kind : `${kind}.${group}`;
  return { code: 404, reason: 'NotFound', message: `${full} "${name}" not found`, details: { name, group, kind } };
}

export function conflict(name: string): Refusal {
  return {
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on deployments.apps "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    details: { name, group: 'apps', kind: 'deployments' },
  };
}

/** A write that names another uid: the object of that name was made anew. */
export function wrongUid(name: string, named: string, present: string): Refusal {
  const { details, ...refusal } = conflict(name);
  return {
    ...refusal,
    message: `Operation cannot be fulfilled on deployments.apps "${name}": Precondition failed: UID in precondition: ${named}, UID in object meta: ${present}`,
    ...(details === undefined ? {} : { details }),
  };
}

export function invalid(name: string, field: string, value: unknown, why: string): Refusal {
  return {
    code: 422,
    reason: 'Invalid',
    message: `Deployment.apps "${name}" is invalid: ${field}: Invalid value: ${JSON.stringify(value)}: ${why}`,
    details: {
      name,
      group: 'apps',
      kind: 'Deployment',
      causes: [{ reason: 'FieldValueInvalid', message: why, field }],
    },
  };
}

export function badRequest(message: string): Refusal {
  return { code: 400, reason: 'BadRequest', message };
}

export function unsupportedMediaType(accepted: readonly string[]): Refusal {
  return {
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  };
}

export function forbidden(user: string, verb: string, resource: string, group: string, namespace: string): Refusal {
  const [kind = resource] = resource.split('/');
  return {
    code: 403,
    reason: 'Forbidden',
    message: `${kind}.${group} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "${namespace}"`,
    details: { group, kind },
  };
}
