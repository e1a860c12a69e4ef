/** A variable that `npm test` sets; throws when the tests were started in another way. */
export function testVariable(name: "TEST_DATABASE_URL" | "TEST_REDIS_URL" | "TEST_LOG_DIR"): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: start tests with \`npm test\`, or \`npm test -- <file>\`.`);
  return value;
}
