import { createServer } from "node:http2";

// node:http2 that responds to every gRPC call with the same message: the least that a call can cost on Node. Started
// with PORT.

/** HealthCheckResponse with the status SERVING, in its frame. */
const MESSAGE = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

const server = createServer();
server.on("stream", (stream) => {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(MESSAGE);
  stream.resume();
});
server.listen(Number(process.env.PORT), "127.0.0.1");
