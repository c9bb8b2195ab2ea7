# The bot in production: Node 24, production packages only, no root.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM node:24-slim
# As scripts/bot-process.js.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY scripts ./scripts
COPY runbooks ./runbooks
COPY src ./src
RUN rm -rf src/simulator && ln -s /app/bin/acgs.js /usr/local/bin/acgs \
  && mkdir /data node_modules/.cache && chown node:node /data node_modules/.cache
USER node
# Loads everything, keeps it compiled for the next start, and ends with 2 for want of a configuration.
RUN node --max-semi-space-size=4 --heap-growing-percent=30 --initial-old-space-size=96 src/main.ts 2>/dev/null || test $? -eq 2
# Of the embedded store, when DATABASE_URL is not set: `store: { path: /data }`.
VOLUME /data
EXPOSE 3000
# Mount the configuration, or name another file.
ENV ACGS_CONFIG=/etc/acgs/config.yml
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=30", "--initial-old-space-size=96", "src/main.ts"]
