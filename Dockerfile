# syntax=docker/dockerfile:1
# The image of the service. docs/deployment.md says what it contains, how to build it and how to run it.

# All images have the same Node.js and the same Debian, because packages with native code are chosen for its C library.
ARG BUILD_IMAGE=node:24-trixie-slim
# It has no shell and no package manager. To look around in a container: --build-arg RUNTIME_IMAGE=node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13

# What the build writes runs on every processor, so it runs on that of the builder.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No install script of a package runs: none of them is needed.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund

FROM dependencies AS build
COPY tsconfig.json ./
COPY gen gen
COPY src src
# The console is made of them too.
COPY clients/typescript/gen clients/typescript/gen
COPY clients/typescript/src clients/typescript/src
COPY deploy/build.ts deploy/build-console.ts deploy/build-program.ts deploy/packaged-files.ts deploy/static-file.ts deploy/
# Migrations keep the permissions that they have in the checkout, where only its owner may be able to read them.
RUN npm run build && chmod -R a+rX dist

# The server from its source, which `docker compose watch` replaces: the profile `development` of docker-compose.yml.
FROM dependencies AS development
ENV NODE_ENV=development
RUN mkdir .data && chown node:node .data
COPY --chown=node:node tsconfig.json ./
COPY --chown=node:node gen gen
COPY --chown=node:node src src
COPY --chown=node:node clients/typescript/gen clients/typescript/gen
COPY --chown=node:node clients/typescript/src clients/typescript/src
COPY --chown=node:node deploy/build-console.ts deploy/build-pages.ts deploy/static-file.ts deploy/
# The server from source serves the console that was built last.
RUN node_modules/.bin/tsx deploy/build-pages.ts
USER node
EXPOSE 8000
CMD ["node_modules/.bin/tsx", "watch", "src/start.cts"]

# The packages of production, for the processor of the image, and the list of them.
FROM ${BUILD_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# npm misses packages of development even if it omits them.
RUN npm pkg delete devDependencies && \
    npm sbom --omit=dev --sbom-format=cyclonedx --sbom-type=application > sbom.json

FROM ${RUNTIME_IMAGE}
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="WaterBill Identity" \
      org.opencontainers.image.description="Phone-first identity service" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Where the runtime image has Node.js; the rest is for another RUNTIME_IMAGE.
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin \
    NODE_ENV=production
WORKDIR /app
COPY --chmod=644 package.json LICENSE deploy/health-check.mjs ./
COPY --from=modules /app/sbom.json ./
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
# By number, because Kubernetes can't tell from a name that it isn't root. All files belong to root.
USER 65532:65532
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "health-check.mjs"]
# Instead of the runtime image's own, so that every command names its program: node dist/cli.js migrate
ENTRYPOINT []
CMD ["node", "dist/start.cjs"]
