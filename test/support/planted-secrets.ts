// Texts as logs, labels and errors hold them, each with the secret that nobody may ever read in it.

export const plantedSecrets: readonly (readonly [secret: string, text: string])[] = [
  ['xoxb-12345-abcdef', 'token xoxb-12345-abcdef was refused'],
  ['xoxe.xoxp-1-Mi0yLTU', 'rotated to xoxe.xoxp-1-Mi0yLTU'],
  ['xapp-1-A0-99-deadbeef', 'socket with xapp-1-A0-99-deadbeef'],
  ['s3cr3t-bearer', 'Authorization: Bearer s3cr3t-bearer'],
  ['dXNlcjpwYXNz', 'authorization: Basic dXNlcjpwYXNz'],
  ['y_NbAkKc66ryYTWUXYEu', 'Authorization: Token token=y_NbAkKc66ryYTWUXYEu'],
  ['hunter2', 'connect redis://acgs-actions:hunter2@redis:6379/0 failed'],
  ['hunter3', 'connect postgres://:hunter3@db/acgs failed'],
  ['abc987', 'GET https://prom/api/v1/query?query=up&token=abc987 failed'],
  ['pa55word', '{"user":"x","password":"pa55word"}'],
  ['T000/B000/x1y2z3', 'POST https://hooks.slack.com/commands/T000/B000/x1y2z3'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
  ['AKIAIOSFODNN7EXAMPLE', 'denied for AKIAIOSFODNN7EXAMPLE by policy'],
  ['wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG'],
  ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'clone with ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
  ['kube-5f3a9c', 'users:\n- user:\n    token: kube-5f3a9c\n  name: bot'],
  ['LS0tLS1CRUdJTg', 'client-key-data: LS0tLS1CRUdJTg=='],
  ['nested-77e1', '{"message":"{\\"password\\":\\"nested-77e1\\"}"}'],
  ['letmein-22', "curl -H 'X-Api-Key: letmein-22' http://bus"],
  ['MIIEvQIBADAN', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----'],
];
