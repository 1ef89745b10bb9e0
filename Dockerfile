# The worker and the command line. Debian and not Alpine: Temporal's native module wants glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json rolldown.config.ts ./
COPY src src
COPY workflows workflows
COPY activities activities
COPY workers workers
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY images images
COPY bin bin
RUN ln -s /app/bin/kolla-temporal /usr/local/bin/kolla-temporal
ENTRYPOINT ["node", "/app/dist/workers/main.js"]
