// A TCP proxy to the chain whose connections can be cut, or left without an answer.
import { once } from "node:events";
import net from "node:net";

export async function openProxy(rpcUrl) {
  const { hostname, port } = new URL(rpcUrl);
  const sockets = new Set();
  let cut = false;
  let silent = false;
  const server = net.createServer((client) => {
    if (cut) {
      client.destroy();
      return;
    }
    const upstream = net.connect(Number(port), hostname);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      sockets.add(from);
      from.on("error", () => {}).on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on("data", (bytes) => silent || to.write(bytes));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const drop = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Drops what is open and refuses what comes. */
    cut() {
      cut = true;
      drop();
    },
    /** Takes what comes and answers nothing. */
    swallow: () => (silent = true),
    mend: () => (cut = silent = false),
    drop,
    close() {
      server.close();
      drop();
    },
  };
}
