import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import * as source from "../../../clients/typescript/src/index.js";
import { tokenUse } from "../../../clients/typescript/src/methods.js";
import { accessOf } from "../../../src/method-access.js";
import { buildClientBundle } from "../../support/client-bundle.js";

/** Rounded, the size that README and CHANGELOG name. */
const LONGEST_BUNDLE_BYTES = 45_500;

const folder = "clients/typescript";
const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));

describe("the TypeScript client's package", () => {
  it("is small in a browser", async () => {
    const bundle = await buildClientBundle();
    expect(gzipSync(bundle, { level: 9 }).byteLength).to.be.below(LONGEST_BUNDLE_BYTES);
  });

  it("runs as one file", async () => {
    const url = `data:text/javascript;base64,${Buffer.from(await buildClientBundle()).toString("base64")}`;
    const bundle: typeof source = await import(url);
    expect(bundle).to.have.all.keys(...Object.keys(source));
    const client = bundle.createIdentityClient({
      baseUrl: "http://127.0.0.1:1",
      store: bundle.memoryStore(),
    });
    expect(await client.isSignedIn()).to.equal(false);
  });

  it("runs as it is published", async () => {
    const dist = `${folder}/dist`;
    rmSync(dist, { recursive: true, force: true });
    execFileSync("npm", ["run", "--silent", "build"], { cwd: folder, stdio: "pipe" });
    const { exports } = read(`${folder}/package.json`);
    for (const [entry, exported] of [
      [exports["."], Object.keys(source)],
      [exports["./admin"], ["createAdminServices"]],
    ]) {
      expect(readFileSync(join(folder, entry.types), "utf8")).not.to.match(/"node:|types="node"/);
      expect(await import(resolve(folder, entry.default))).to.have.all.keys(...exported);
    }
  });

  it("has the version of the service, and accepts the versions that it is tested with", () => {
    const root = read("package.json");
    const own = read(`${folder}/package.json`);
    expect(own.version).to.equal(root.version);
    const tested = { ...root.devDependencies, ...root.dependencies };
    for (const [name, range] of Object.entries<string>(own.dependencies)) {
      expect(range).to.match(/^[~^]/);
      expect(range.slice(1)).to.equal(tested[name]);
    }
  });

  it("sends tokens to the methods that need them", () => {
    const uses: Record<number, string> = {
      [Access.PUBLIC]: "none",
      [Access.OPTIONAL]: "optional",
      [Access.USER]: "required",
      [Access.ADMIN]: "required",
      [Access.SUPERUSER]: "required",
    };
    for (const service of [AuthService, ProfileService, AccountService, WhitelistService]) {
      for (const method of service.methods) {
        expect(tokenUse(method), method.name).to.equal(uses[accessOf(method)]);
      }
    }
  });
});
