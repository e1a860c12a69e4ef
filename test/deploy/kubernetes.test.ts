import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { readConfig } from "../../src/config.js";
import { STOP_DEADLINE_MS } from "../../src/process/stop-on-request.js";
import {
  KNOWN_VARIABLES,
  readEnvFile,
  readMountedSecret,
  readYaml,
  yamlFiles,
} from "../support/manifests.js";
import { serveRoutes, stopServing } from "../support/serve.js";

const FOLDER = "deploy/kubernetes";

interface Container {
  image: string;
  command?: string[];
  env?: { name: string; value: string }[];
  ports?: { name: string; containerPort: number }[];
  securityContext: object;
  [probe: `${string}Probe`]: { httpGet: { path: string; port: string } };
}
interface Workload {
  spec: {
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        terminationGracePeriodSeconds: number;
        securityContext: object;
        containers: [Container];
        volumes: { name: string }[];
      };
    };
  };
}
interface Kustomization {
  resources?: string[];
  components?: string[];
  configMapGenerator?: { envs: string[] }[];
}
interface Port {
  name: string;
  port: number | string;
  targetPort: string;
}

const read = <T>(file: string) => readYaml<T>(join(FOLDER, file));
const deployment = read<Workload>("base/deployment.yaml").spec;
const job = read<Workload>("migration/job.yaml").spec;
const [server] = deployment.template.spec.containers;
const [migration] = job.template.spec.containers;
const base = readEnvFile(join(FOLDER, "base/config.env"));
const environment = { ...base, ...readEnvFile(join(FOLDER, "overlays/production/config.env")) };

describe("the Kubernetes manifests", () => {
  it("are valid YAML, and list files that exist", () => {
    const files = yamlFiles(FOLDER);
    const kustomizations = files.filter((file) => file.endsWith("/kustomization.yaml"));
    expect(kustomizations).to.have.length(5);
    const listed = kustomizations.flatMap((file) => {
      const { resources = [], components = [], configMapGenerator = [] } = readYaml<Kustomization>(file);
      return [...resources, ...components, ...configMapGenerator.flatMap(({ envs }) => envs)].map((name) =>
        join(dirname(file), name),
      );
    });
    for (const path of listed) expect(existsSync(path), path).to.equal(true);
    const unlisted = files.filter((file) => !kustomizations.includes(file) && !listed.includes(file));
    expect(unlisted).to.deep.equal([]);
    for (const file of files) expect(() => readYaml(file), file).not.to.throw();
  });

  it("set only variables that the service has, and a valid configuration of production", () => {
    const names = [...Object.keys(environment), ...migration.env!.map(({ name }) => name)];
    expect(names.filter((name) => !KNOWN_VARIABLES.has(name))).to.deep.equal([]);
    const config = readConfig(environment, "server", readMountedSecret);
    const ports = Object.fromEntries(server.ports!.map(({ name, containerPort }) => [name, containerPort]));
    expect(config).to.include({ environment: "production", port: ports.http });
    expect(environment.METRICS_PORT).to.equal(String(ports.metrics));
  });

  it("migrate with the command of the command line", () => {
    expect(migration.command).to.deep.equal(["node", "dist/cli.js", "migrate"]);
    const variables = Object.fromEntries(migration.env!.map(({ name, value }) => [name, value]));
    const config = readConfig({ NODE_ENV: "production", ...variables }, "database", readMountedSecret);
    expect(config.databaseUrl).to.include("postgres://");
    expect(migration.image).to.equal(server.image);
  });

  it("probe paths that the service answers", async () => {
    const { url } = await serveRoutes(() => ({
      rpc: { accepts: () => false, handle: async () => {}, refuse: () => {} },
    }));
    try {
      for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const) {
        const { path, port } = server[probe]!.httpGet;
        expect((await fetch(url + path)).status, probe).to.equal(200);
        expect(server.ports!.map(({ name }) => name)).to.include(port);
      }
    } finally {
      await stopServing();
    }
  });

  it("let the service stop by itself", () => {
    const { shutdownDelaySeconds } = readConfig(environment, "server", readMountedSecret);
    const { terminationGracePeriodSeconds } = deployment.template.spec;
    expect(terminationGracePeriodSeconds).to.be.above(shutdownDelaySeconds + STOP_DEADLINE_MS / 1000);
  });

  it("give the pods no more than the restricted pod security standard, and no file to write but temporary ones", () => {
    for (const { template } of [deployment, job]) {
      const { securityContext, containers } = template.spec;
      expect(securityContext).to.include({ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 });
      expect(securityContext).to.deep.include({ seccompProfile: { type: "RuntimeDefault" } });
      expect(containers[0].securityContext).to.deep.equal({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
    expect(deployment.template.spec.volumes.map(({ name }) => name)).to.deep.equal(["secrets", "temporary"]);
  });

  it("select the pods of the server, and not those of the migration", () => {
    type Selecting = { spec: { selector?: object; podSelector?: { matchLabels: object } } };
    const { labels } = deployment.template.metadata;
    const service = read<Selecting>("base/service.yaml").spec.selector;
    const budget = read<Workload>("base/pod-disruption-budget.yaml").spec.selector.matchLabels;
    const policy = read<Selecting>("base/network-policy.yaml").spec.podSelector!.matchLabels;
    for (const selector of [deployment.selector.matchLabels, service, budget, policy]) {
      expect(labels).to.include(selector);
      expect(job.template.metadata.labels).not.to.include(selector);
    }
    const ofMigration = read<Selecting>("migration/network-policy.yaml").spec.podSelector!.matchLabels;
    expect(job.template.metadata.labels).to.include(ofMigration);
  });

  it("name only ports that the pods have", () => {
    const names = server.ports!.map(({ name }) => name);
    const { ports } = read<{ spec: { ports: Port[] } }>("base/service.yaml").spec;
    const { ingress } = read<{ spec: { ingress: { ports: Port[] }[] } }>("base/network-policy.yaml").spec;
    expect(names).to.include.members(ports.map(({ targetPort }) => targetPort));
    expect(names).to.include.members(ingress.flatMap((rule) => rule.ports.map(({ port }) => port)));
  });
});
