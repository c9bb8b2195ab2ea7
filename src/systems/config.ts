// The `systems:` block of the config file; leave a system out and its checks say so.

import { z } from 'zod';
import { alertmanagerConfig } from './alertmanager/config.ts';
import { dashboardConfig } from './dashboard/config.ts';
import { kubernetesConfig } from './kubernetes/config.ts';
import { opaConfig } from './opa/config.ts';
import { prometheusConfig } from './prometheus/config.ts';
import { redisConfig } from './redis/config.ts';

const url = z.url({ protocol: /^https?$/ });
const word = z.string().min(1);
/** Systems of which the bot only gives the link. */
const link = z.strictObject({ url });

export const systemsConfig = z.strictObject({
  prometheus: prometheusConfig.optional(),
  alertmanager: alertmanagerConfig.optional(),
  dashboard: dashboardConfig.optional(),
  redis: redisConfig.optional(),
  kubernetes: kubernetesConfig.optional(),
  elasticsearch: z.strictObject({ url, index: word.default('acgs2-*') }).optional(),
  loki: link.optional(),
  jaeger: z.strictObject({ url, service: word.optional() }).optional(),
  opa: opaConfig.optional(),
  policyRegistry: link.optional(),
  pagerduty: z
    .strictObject({
      apiUrl: url.default('https://api.pagerduty.com'),
      eventsUrl: url.default('https://events.pagerduty.com'),
      token: word.optional(),
      routingKey: word.optional(),
      from: z.email().optional(),
      webhookSecrets: z.array(word).default([]),
    })
    .optional(),
  jira: z.strictObject({ url, email: z.email(), token: word, project: word }).optional(),
  grafana: link.optional(),
  kibana: link.optional(),
});

export type SystemsConfig = z.output<typeof systemsConfig>;
