// The local network and the native judge: both are programs of this
// repository, built for the run and stopped with it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const startLimit = 60_000; // ms until the descriptor must be there

/** A folder for programs and descriptors, gone when the process ends. */
const scratch = mkdtempSync(join(tmpdir(), "difftest-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(1)); // which ends the networks and Chromium
}

/** The program's path: the one that the environment names, or one built now. */
function program(name, folder) {
  const given = process.env[name.toUpperCase()];
  if (given) {
    return given;
  }
  const path = join(scratch, name);
  if (!existsSync(path)) {
    execFileSync("go", ["build", "-o", path, folder], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  }
  return path;
}

let started = 0;

/**
 * Starts a network of so many nodes, with more flags if they are given.
 * Returns its descriptor, its process id and how to stop it. It ends with the
 * process, so not for workers to call: what ends a worker runs no handler in it.
 */
export async function startNetwork(nodes, ...more) {
  const path = join(scratch, `descriptor-${++started}.json`);
  const flags = [
    "--nodes",
    nodes,
    "--node-port",
    0,
    "--rpc-port",
    0,
    "--admin-port",
    0,
    "--descriptor",
    path,
    "--quiet",
  ];
  const child = spawn(program("litdevnet", "./internal/devnet/litdevnet"), [...flags, ...more].map(String), {
    stdio: ["ignore", "ignore", "pipe"], // none of ours: who reads that waits until the last holder is gone
  });
  child.stderr.on("data", (said) => process.stderr.write(said));
  const ended = once(child, "exit");
  const kill = () => child.exitCode === null && child.kill("SIGKILL");
  process.on("exit", kill);
  const deadline = Date.now() + startLimit;
  while (!existsSync(path)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`litdevnet wrote no descriptor (exit code ${child.exitCode})`);
    }
    await pause(20);
  }
  const stop = async () => {
    process.kill(child.pid, "SIGTERM");
    const [code, signal] = await ended;
    process.off("exit", kill);
    return code ?? signal;
  };
  const descriptor = JSON.parse(readFileSync(path, "utf8"));
  await untilHeadIsPast(descriptor.rpcUrl);
  return { descriptor, pid: child.pid, stop };
}

/** Waits until the newest block is not ahead of the clock: before, two clients may be given different block hashes. */
async function untilHeadIsPast(rpcUrl) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["latest", false] });
  for (const deadline = Date.now() + startLimit; Date.now() < deadline; ) {
    const answer = await fetch(rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { result } = await answer.json();
    if (Number(result.timestamp) * 1000 <= Date.now()) {
      return;
    }
    await pause(50);
  }
  throw new Error("the newest block stays ahead of the clock");
}

/** What the native packages say about each node's signature: {url: "ok" or what is wrong}. */
export function judgeNatively(descriptor, resourceAbilityRequests, sessionSigs) {
  const input = JSON.stringify({ descriptor, resourceAbilityRequests, sessionSigs });
  let output;
  try {
    const judge = program("checksigs", "./internal/checksigs");
    output = execFileSync(judge, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  } catch (error) {
    if (!error.stdout) {
      throw error; // it judged nothing
    }
    output = error.stdout;
  }
  const lines = output.trim().split("\n");
  return Object.fromEntries(lines.map((line) => [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)]));
}
