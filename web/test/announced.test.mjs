import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { freshCopy } from "./fresh.mjs";
import { rejection } from "./vectors.mjs";

const params = { chain: "ethereum", nonce: "12345678" };

/** A wallet that says its name when it is asked, and its announcement. */
const wallet = (name, rdns = "example.wallet") => ({
  info: { uuid: randomUUID(), name, icon: "data:image/svg+xml,<svg/>", rdns },
  provider: { request: () => Promise.reject(new Error(name)) },
});

/** Gives the process what a page's window has to find wallets by, and a package that has not listened yet. */
async function open(t, answering = []) {
  const target = new EventTarget();
  for (const method of ["addEventListener", "removeEventListener", "dispatchEvent"]) {
    globalThis[method] = target[method].bind(target);
    t.after(() => delete globalThis[method]);
  }
  const announce = (detail) => target.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  target.addEventListener("eip6963:requestProvider", () => answering.forEach((detail) => announce(detail)));
  const { announcedWallets, checkAndSignAuthMessage } = await freshCopy(t);
  return {
    announce,
    names: () => announcedWallets().map(({ info }) => info.name),
    announcedWallets,
    /** The wallet that is asked, or the error. */
    asked: async () => {
      const error = await rejection(checkAndSignAuthMessage(params));
      return error.reason === "wallet_failed" ? error.cause.message : error;
    },
  };
}

function inject(t, ethereum) {
  Object.defineProperty(globalThis, "ethereum", { configurable: true, ...ethereum });
  t.after(() => delete globalThis.ethereum);
}

describe("without provider the wallet that is asked is", () => {
  test("window.ethereum, whoever announces itself", async (t) => {
    const { asked } = await open(t, [wallet("first"), wallet("second")]);
    inject(t, { value: wallet("injected").provider });
    assert.equal(await asked(), "injected");
  });
  test("else the only one that announces itself", async (t) => {
    assert.equal(await (await open(t, [wallet("only")])).asked(), "only");
  });
  test("one that takes its time", async (t) => {
    const { announce, asked } = await open(t);
    setTimeout(announce, 20, wallet("late"));
    assert.equal(await asked(), "late");
  });
  test("window.ethereum that takes its time", async (t) => {
    const { asked } = await open(t);
    setTimeout(() => inject(t, { value: wallet("injected").provider }), 20);
    assert.equal(await asked(), "injected");
  });
  for (const [name, ethereum] of Object.entries({
    "is an element of the page": { value: { id: "ethereum" } },
    "cannot be read": { get: () => assert.fail("read") },
    "is null": { value: null },
  })) {
    test(`an announced one where window.ethereum ${name}`, async (t) => {
      const { asked } = await open(t, [wallet("only")]);
      inject(t, ethereum);
      assert.equal(await asked(), "only");
    });
  }
  test("nothing that was put on Object.prototype", async (t) => {
    const { asked } = await open(t);
    Object.prototype.ethereum = Object.prototype.request = () => assert.fail("asked");
    t.after(() => delete Object.prototype.ethereum && delete Object.prototype.request);
    assert.equal((await asked()).reason, "no_wallet");
  });
  test("a Proxy that makes up its members, as some wallets are", async (t) => {
    const { provider } = wallet("proxied");
    const { asked } = await open(t);
    inject(t, { value: new Proxy({}, { get: (_, name) => provider[name] }) });
    assert.equal(await asked(), "proxied");
  });
});

test("of several wallets none is asked: the error has all of them to choose from", async (t) => {
  const several = ["A", "B", "C", "D", "E", "F", "G"].map((name) => wallet(name, `example.${name}`));
  const error = await (await open(t, several)).asked();
  assert.deepEqual([error.name, error.reason, error.retryable], ["ParamsMissingError", "missing_param", false]);
  assert.deepEqual(error.details, { param: "provider", wallets: several.map(({ info: { name, rdns, uuid } }) => ({ name, rdns, uuid })) });
  assert.equal(error.message, "There are several wallets: A, B, C, D, E and 2 more. Let the user choose, and pass the provider of one of announcedWallets() as provider.");
});

test("where there is none at all it is no_wallet", async (t) => {
  const error = await (await open(t)).asked();
  assert.deepEqual([error.name, error.reason], ["NoWalletException", "no_wallet"]);
});

describe("announcedWallets", () => {
  test("gives what was announced, in order, and those that come later at the next call", async (t) => {
    const [first, second, late] = ["first", "second", "late"].map((name) => wallet(name));
    const { announce, announcedWallets } = await open(t, [first, second]);
    assert.deepEqual(announcedWallets(), [first, second]);
    announce(late);
    const wallets = announcedWallets();
    assert.deepEqual(wallets, [first, second, late]);
    wallets[0].provider = wallets[1].info.name = "changed";
    assert.deepEqual(announcedWallets(), [first, second, late]);
  });
  test("knows a wallet by its uuid and its provider: nobody takes its place", async (t) => {
    const honest = wallet("honest");
    const again = { ...honest, info: { ...honest.info, uuid: randomUUID() } };
    const impostor = { ...wallet("impostor"), info: { ...honest.info, uuid: honest.info.uuid.toUpperCase(), name: "impostor" } };
    const { announcedWallets } = await open(t, [honest, again, impostor]);
    announcedWallets();
    assert.deepEqual(announcedWallets(), [honest]);
  });
  test("gives an icon only if it is an image's data URI", async (t) => {
    const icons = ["https://example.com/tracker.png", "javascript:alert(1)", "data:text/html,x", `data:image/png,${"x".repeat(2 << 20)}`];
    const { announcedWallets } = await open(t, icons.map((icon) => ({ ...wallet("w"), info: { ...wallet("w").info, icon } })));
    assert.deepEqual(announcedWallets().map(({ info }) => info.icon), ["", "", "", ""]);
  });
  test("is bounded, however many announce themselves", async (t) => {
    const { announce, names } = await open(t);
    names();
    for (let i = 0; i < 3000; i++) {
      announce(wallet(`wallet ${i}`));
    }
    assert.equal(names().length, 64);
    assert.equal(names()[0], "wallet 0");
  });
  test("is empty where there is no window", async (t) => {
    const { announcedWallets } = await freshCopy(t);
    assert.deepEqual(announcedWallets(), []);
  });

  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const thrower = new Proxy({}, { get: () => assert.fail("get"), getPrototypeOf: () => assert.fail("getPrototypeOf") });
  const endless = () => new Proxy({}, { get: () => "x", getPrototypeOf: endless, getOwnPropertyDescriptor: () => undefined });
  const withInfo = (change) => ({ ...wallet("bad"), info: { ...wallet("bad").info, ...change } });
  const throwing = (name) => ({ get [name]() { assert.fail(name); } });
  const malformed = {
    "no detail": null,
    "a text for a detail": "wallet",
    "no info": { ...wallet("bad"), info: undefined },
    "no provider": { ...wallet("bad"), provider: null },
    "a provider that cannot be asked": { ...wallet("bad"), provider: { request: "no" } },
    "a provider that is a revoked Proxy": { ...wallet("bad"), provider: proxy },
    "a provider whose request throws": { ...wallet("bad"), provider: throwing("request") },
    "a uuid that is none": withInfo({ uuid: "1" }),
    "a uuid of another version": withInfo({ uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8" }),
    "a uuid in a list": withInfo({ uuid: [randomUUID()] }),
    "no name": withInfo({ name: " " }),
    "a name that is an object": withInfo({ name: { toString: () => "bad" } }),
    "a name of a million characters": withInfo({ name: "x".repeat(1e6) }),
    "a name of two lines": withInfo({ name: "Good\nbad" }),
    "no icon": withInfo({ icon: undefined }),
    "no rdns": withInfo({ rdns: "" }),
    "an rdns of a million characters": withInfo({ rdns: "x".repeat(1e6) }),
    "a detail whose getters throw": throwing("info"),
    "an info whose getters throw": { ...wallet("bad"), info: throwing("name") },
    "an info that is a revoked Proxy": { ...wallet("bad"), info: proxy },
    "a detail that throws whatever is done": thrower,
    "an endless chain of prototypes": { ...wallet("bad"), info: endless() },
  };
  for (const [name, detail] of Object.entries(malformed)) {
    test(`takes no wallet from ${name}, and hears the honest one after it`, async (t) => {
      const { names, asked } = await open(t, [detail, wallet("honest")]);
      assert.deepEqual(names(), ["honest"]);
      assert.equal(await asked(), "honest");
    });
  }
});
