import { openEmbeddedDatabase } from "../../../src/db/embedded/embedded-database.js";

// A process that writes into the embedded database of the given folder and prints each number that it has
// committed, until it is killed.
const database = await openEmbeddedDatabase({
  folder: process.argv[2] ?? "",
  poolSize: 2,
  onFailure: (error) => {
    throw error;
  },
});
await database.sequelize.query("CREATE TABLE IF NOT EXISTS marks (mark serial PRIMARY KEY)");
const add = { name: "add", text: "INSERT INTO marks DEFAULT VALUES RETURNING mark" };
for (;;) {
  const [row] = await database.transaction((tx) => database.run<{ mark: number }>(tx, add, []));
  console.log(row?.mark);
}
