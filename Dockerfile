# The newest Node LTS; the only place that names it for the container.
ARG NODE_IMAGE=node:26-slim

# Compiles src to dist. No package runs a script of its own on installation: .npmrc forbids it.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN ["npm", "ci"]
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src/
RUN ["npm", "run", "build"]

# What runs needs; argon2 brings its compiled code along.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN ["npm", "ci", "--omit=dev"]

FROM ${NODE_IMAGE}
# The only places that are ever written to. They belong to the server's user, so that a fresh named volume does too.
# No VOLUME: one that nobody mounted would take partners' files and be thrown away with its container.
RUN ["install", "-d", "-o", "10990", "-g", "10990", "-m", "0750", "/config", "/certs", "/data", "/logs", "/queue"]
# All of it belongs to root: the server cannot change its own code.
COPY --from=packages /app/node_modules /app/node_modules/
COPY --from=build /app/dist /app/dist/
COPY package.json /app/

ENV NODE_ENV=production \
    PORTCULLIS_CONFIG=/config/portcullis.yaml
# `portcullis init` writes ./config, ./certs, ./data and ./logs.
WORKDIR /
# Numbers, so that an orchestrator can see that it is not root. Above the ids that hosts give to people and services.
USER 10990:10990
EXPOSE 990 50000-50099
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=10s --start-period=30s --retries=3 \
    CMD ["node", "/app/dist/main.js", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve", "--config", "/config/portcullis.yaml"]
