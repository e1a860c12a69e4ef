type TestVariable = "TEST_DATABASE_URL" | "TEST_DATABASE_TEMPLATE" | "TEST_REDIS_URL" | "TEST_LOG_DIR";

/** A variable that `npm test` sets; throws when the tests were started in another way. */
export function testVariable(name: TestVariable): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: start tests with \`npm test\`, or \`npm test -- <file>\`.`);
  return value;
}
