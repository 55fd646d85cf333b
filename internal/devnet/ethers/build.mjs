// Bundles ethers into bundle/ethers.js: the library as npm has it, but for the modules below, in whose place stand
// those of native/. They ask the node to do the arithmetic, by the function `native` that it gives to the bundle, and
// leave until it is needed what takes long to load.
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const native = join(here, "native");
const replaced = new Map([
  ["@ethersproject/keccak256/lib.esm/index.js", "keccak256.js"],
  ["@ethersproject/sha2/lib.esm/sha2.js", "sha2.js"],
  ["@ethersproject/pbkdf2/lib.esm/pbkdf2.js", "pbkdf2.js"],
  ["@ethersproject/signing-key/lib.esm/elliptic.js", "elliptic.js"],
  ["@ethersproject/hash/lib.esm/ens-normalize/lib.js", "ens-normalize.js"],
  ["scrypt-js/scrypt.js", "scrypt.js"],
]);

// What ours import by the same name is the original.
const met = new Set();
const replace = {
  name: "replace",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === replace || dirname(where.importer) === native) {
        return undefined;
      }
      const found = await resolve(path, { ...where, pluginData: replace });
      const name = relative(join(here, "node_modules"), found.path).replaceAll("\\", "/");
      if (!replaced.has(name)) {
        return undefined;
      }
      met.add(name);
      return { path: join(native, replaced.get(name)) };
    });
  },
};

await build({
  absWorkingDir: here,
  entryPoints: ["ethers"],
  outfile: join(here, "bundle", "ethers.js"),
  bundle: true,
  format: "cjs",
  platform: "browser",
  mainFields: ["module", "browser", "main"],
  target: "es2022",
  minify: true,
  legalComments: "inline",
  logLevel: "warning",
  plugins: [replace],
});

const missed = [...replaced.keys()].filter((name) => !met.has(name));
if (missed.length > 0) {
  throw new Error(`ethers has no ${missed.join(", ")}`);
}
