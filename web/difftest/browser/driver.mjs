// Runs a script in headless Chromium: bundles it with the official SDK, serves
// it with our package as it was built, and waits for what it reports.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const reportLimit = 60_000; // ms from the start of Chromium to the page's report
const maxErrorText = 2000;

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
const html =
  '<!doctype html><meta charset="utf-8"><title>difftest</title><script type="module" src="/page.js"></script>';

/** Our package stays the files that users load; everything else becomes one script. */
const ourPackage = {
  name: "our package",
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/dist\/index\.js$|^litsession$/ }, () => ({ path: "/dist/index.js", external: true }));
    onResolve({ filter: /^litsession\/contracts$/ }, () => ({ path: "/dist/contracts/index.js", external: true }));
  },
};

const page = { contents: 'import "./page.mjs";', resolveDir: here };

async function bundle(stdin) {
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    define: { global: "globalThis" },
    alias: { crypto: join(here, "hashes.mjs") },
    inject: [join(here, "buffer.mjs")],
    plugins: [ourPackage],
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

function findChromium() {
  const folders = process.env.PATH.split(delimiter);
  const path = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (!path) {
    throw new Error("no Chromium found: install Debian's package chromium");
  }
  return path;
}

/** Serves the page and its task on a free port; `reported` is what the page posts. */
async function serve(script, task) {
  let tell;
  const reported = new Promise((resolve) => (tell = resolve));
  const answer = (response, type, body) => response.writeHead(200, { "content-type": type }).end(body);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    if (pathname === "/") {
      answer(response, "text/html", html);
    } else if (pathname === "/page.js") {
      answer(response, "text/javascript", script);
    } else if (pathname === "/task") {
      answer(response, "application/json", JSON.stringify(task));
    } else if (pathname === "/report") {
      const parts = await request.toArray();
      answer(response, "application/json", "{}");
      tell(JSON.parse(Buffer.concat(parts).toString()));
    } else if (/^\/dist\/(contracts\/)?[\w.-]+$/.test(pathname)) {
      response.writeHead(200, { "content-type": types[extname(pathname)] ?? "text/plain" });
      createReadStream(join(dist, pathname.slice("/dist/".length))).pipe(response);
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}/`, reported, server };
}

/** Ends a process that leads a group, and all that it started: Chromium is many. */
function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") {
      throw error;
    }
  }
}

/** Opens a URL in a browser with an empty profile that finds no host but this machine. */
function open(path, url) {
  const profile = mkdtempSync(join(tmpdir(), "difftest-chromium-"));
  const flags = [
    "--headless=new",
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    `--user-data-dir=${profile}`,
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), // which Chromium cannot set up for root
    url,
  ];
  const env = { ...process.env, TMPDIR: profile }; // where it would leave its socket behind
  const child = spawn(path, flags, { env, stdio: ["ignore", "ignore", "pipe"], detached: true });
  let text = "";
  child.stderr.on("data", (data) => (text = (text + data).slice(-maxErrorText)));
  const kill = () => endGroup(child.pid);
  process.on("exit", kill);
  const ended = once(child, "exit");
  const close = async () => {
    kill();
    await ended;
    process.off("exit", kill);
    await rm(profile, { recursive: true, force: true, maxRetries: 20 }); // its helpers may still be writing
  };
  return { close, ended, said: () => text };
}

/**
 * What the page posts to /report; it finds its task at /task. script, of
 * {contents, resolveDir}, is page.mjs if nothing else is said. Throws when
 * there is no Chromium, or no report in time.
 */
export async function inChromium(task, script = page) {
  const path = findChromium();
  const { url, reported, server } = await serve(await bundle(script), task);
  const browser = open(path, url);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no report within ${reportLimit} ms: ${browser.said()}`)), reportLimit);
  });
  const gone = browser.ended.then(() => Promise.reject(new Error(`Chromium ended: ${browser.said()}`)));
  try {
    const report = await Promise.race([reported, late, gone]);
    if (report.error) {
      throw new Error(`the page failed: ${report.error}`);
    }
    return report;
  } finally {
    clearTimeout(timer);
    gone.catch(() => {}); // it ends now
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}
