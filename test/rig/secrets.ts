// Secrets planted where a real configuration has them, recognisable wherever they leak to.

export const planted = {
  botToken: 'xoxb-rig-planted-bot-token',
  signingSecret: 'rigplantedsigningsecret',
  prometheusToken: 'rigplantedprometheustoken',
  dashboardPassword: 'rigplanteddashboardpassword',
  databasePassword: 'rigplanteddatabasepassword',
} as const;

/** Stands in every note: words of people are for the record and for Slack, and never for the log. */
export const privateWords = 'rigplantedprivatewords';

/** Which of the planted secrets stand in the text. */
export function secretsIn(text: string): readonly string[] {
  return Object.entries(planted)
    .filter(([, secret]) => text.includes(secret))
    .map(([name]) => name);
}
