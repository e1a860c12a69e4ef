// Mocha loads this file with `--parallel`. It asks its workers to exit, and a second later sends SIGTERM to those that are
// still writing their coverage, as they do on a busy machine.
if (process.send) process.on("SIGTERM", () => {});
