// Asks a service that is just starting whether it is well, and makes one real call.
import { setTimeout as delay } from "node:timers/promises";

const [, , origin, pid] = process.argv;
const deadline = performance.now() + 60_000;

async function isWell() {
  try {
    return (await fetch(`${origin}/healthz`)).ok;
  } catch {
    return false;
  }
}

while (!(await isWell())) {
  // Throws when there is no such process any more.
  process.kill(Number(pid), 0);
  if (performance.now() > deadline) throw new Error("the service did not start within a minute");
  await delay(200);
}

const answer = await fetch(`${origin}/api/auth/login/`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ phone: "+237670000009", password: "not-a-password" }),
});
const body = await answer.json();
console.log(answer.status, JSON.stringify(body));
if (answer.status !== 401 || body.status !== "error")
  throw new Error("a wrong login was not refused with 401");
