import { expect } from "chai";
import { parseRedisUrl, type RedisUrl } from "../../src/system/redis-url.js";

describe("parseRedisUrl", () => {
  const plain: RedisUrl = {
    kind: "single",
    hosts: [{ host: "redis", port: 6379 }],
    isTls: false,
    username: undefined,
    password: undefined,
    db: 0,
    masterName: "",
    sentinelUsername: undefined,
    sentinelPassword: undefined,
    caFile: undefined,
  };

  const cases: [url: string, parts: Partial<RedisUrl>][] = [
    ["redis://redis", {}],
    ["redis://redis/", {}],
    ["redis://redis:6380/2", { hosts: [{ host: "redis", port: 6380 }], db: 2 }],
    ["redis://[::1]:6380", { hosts: [{ host: "::1", port: 6380 }] }],
    ["redis://:p%40ss:word@redis", { password: "p@ss:word" }],
    ["redis://user@redis", { username: "user" }],
    [
      "rediss://user:secret@redis/1?ca=/etc/ssl/ca.pem",
      { isTls: true, username: "user", password: "secret", db: 1, caFile: "/etc/ssl/ca.pem" },
    ],
    [
      "redis+sentinel://a,b:26380/master",
      {
        kind: "sentinel",
        hosts: [
          { host: "a", port: 26379 },
          { host: "b", port: 26380 },
        ],
        masterName: "master",
      },
    ],
    [
      "rediss+sentinel://u:p@a/my%20master/3?sentinelUsername=s&sentinelPassword=t%2B&ca=c",
      {
        kind: "sentinel",
        hosts: [{ host: "a", port: 26379 }],
        isTls: true,
        username: "u",
        password: "p",
        masterName: "my master",
        db: 3,
        sentinelUsername: "s",
        sentinelPassword: "t+",
        caFile: "c",
      },
    ],
    [
      "rediss+cluster://u:p@a:1,[2001:db8::1]:2,c/0",
      {
        kind: "cluster",
        hosts: [
          { host: "a", port: 1 },
          { host: "2001:db8::1", port: 2 },
          { host: "c", port: 6379 },
        ],
        isTls: true,
        username: "u",
        password: "p",
      },
    ],
  ];
  for (const [url, parts] of cases) {
    it(`reads ${url}`, () => {
      expect(parseRedisUrl(url)).to.deep.equal({ ...plain, ...parts });
    });
  }

  for (const url of [
    "redis",
    "http://redis",
    "redis://",
    "redis://user:secret@",
    "redis://redis:0",
    "redis://redis:99999",
    "redis://redis/zero",
    "redis://a,b",
    "redis://redis?ca=c",
    "redis://redis?sentinelPassword=p",
    "redis://redis?db=1",
    "redis://re dis",
    "redis://%zz@redis",
    "redis://redis#fragment",
    "redis+sentinel://a",
    "redis+sentinel://a/",
    "redis+sentinel://a/%zz",
    "redis+sentinel://a/master/zero",
    "redis+sentinel://a,/master",
    "redis+cluster://a,,b",
    "redis+cluster://a/1",
    "redis+cluster://a/master",
    "redis+proxy://a",
  ]) {
    it(`rejects ${url}`, () => {
      expect(parseRedisUrl(url)).to.equal(null);
    });
  }
});
