// Waits until a starting service is healthy, then makes one real call.
import { setTimeout as delay } from "node:timers/promises";

const [, , origin, pid] = process.argv;
const deadline = performance.now() + 60_000;

async function isHealthy() {
  try {
    return (await fetch(`${origin}/healthz`)).ok;
  } catch {
    return false;
  }
}

while (!(await isHealthy())) {
  // Throws if the process no longer exists.
  process.kill(Number(pid), 0);
  if (performance.now() > deadline) throw new Error("the service did not start within a minute");
  await delay(200);
}

const response = await fetch(`${origin}/api/auth/login/`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ phone: "+237670000009", password: "not-a-password" }),
});
const body = await response.json();
console.log(response.status, JSON.stringify(body));
if (response.status !== 401 || body.status !== "error")
  throw new Error("a login with a wrong password was not rejected with 401");
