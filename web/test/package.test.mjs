import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const web = join(import.meta.dirname, "..");
const read = (...path) => readFileSync(join(web, ...path), "utf8");
const run = (program, args, cwd) => execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

function temporary(t) {
  const folder = mkdtempSync(join(tmpdir(), "litsession-pack-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("the tarball holds the module, the loader, its types, README and licences, and installs", (t) => {
  const folder = temporary(t);
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], web));
  const sources = readdirSync(join(web, "src"), { recursive: true }).filter((name) => name.endsWith(".ts"));
  const modules = sources.filter((name) => !name.endsWith(".d.ts")).map((name) => name.slice(0, -3));
  const want = [
    "LICENSE", "README.md", "package.json", "dist/lit.wasm", "dist/wasm_exec.js", "dist/THIRD_PARTY_NOTICES.txt",
    ...modules.flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]),
  ];
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), want.sort());

  writeFileSync(join(folder, "package.json"), '{"type":"module","private":true}');
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${packed.filename}`], folder);
  const script = `
    import { init, LitNodeClient } from "litsession";
    import { LitContracts } from "litsession/contracts";
    if (new LitContracts().connected) throw new Error("connected");
    const client = new LitNodeClient({ litNetwork: "custom", contractContext: { Staking: { address: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } } });
    console.log((await init()).version, Object.keys(client.getSessionKey()).join());
  `;
  assert.equal(run("node", ["--input-type=module", "--eval", script], folder), `${JSON.parse(read("package.json")).version} publicKey,secretKey\n`);
  const tsc = join(web, "node_modules", "typescript", "bin", "tsc");
  writeFileSync(join(folder, "dapp.ts"), 'import { LitNodeClient } from "litsession";\nimport { LitContracts } from "litsession/contracts";\nexport const c = new LitNodeClient({ litNetwork: "datil-dev" });\nexport const l = new LitContracts({ network: "datil-dev" });\n');
  for (const resolution of [["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    run("node", [tsc, "--noEmit", "--strict", "--target", "es2022", "--module", resolution[0], "--moduleResolution", resolution[1], "dapp.ts"], folder);
  }
});

test("the package depends on nothing, and its lock file names no host", () => {
  const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(read("package.json"));
  assert.deepEqual([dependencies, peerDependencies, optionalDependencies], [undefined, undefined, undefined]);
  assert.doesNotMatch(read("package-lock.json"), /resolved|https?:/);
});

test("the licences of what lit.wasm holds of others go along", () => {
  const text = read("dist", "THIRD_PARTY_NOTICES.txt");
  for (const name of ["Go's runtime", "github.com/consensys/gnark-crypto v", "github.com/ipfs/go-cid v", "github.com/ethereum/go-ethereum v"]) {
    assert.ok(text.includes(`\n${name}`), name);
  }
  assert.match(text, /Apache License/);
  assert.match(text, /Copyright .* The Go Authors/);
});

test("the package's licence is the repository's", () => {
  assert.equal(read("LICENSE"), read("..", "LICENSE"));
});

for (const readme of ["README.md", "../README.md"]) {
  test(`the first code block of ${readme} is examples/node/main.mjs`, () => {
    const [, block] = read(readme).match(/^```js\n([^]*?)^```/m);
    assert.equal(block, read("..", "examples", "node", "main.mjs"));
  });
}
