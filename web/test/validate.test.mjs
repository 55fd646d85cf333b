import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatSessionSigs, getSessionSigByUrl, isLitError, validateSessionSig, validateSessionSigs } from "litsession";
import { stopClock, thrownBy, vectors } from "./vectors.mjs";

const { readers, endToEnd, realOctober2024 } = vectors;

/** The real session signatures of October 2024 are kept as a template and what differs from node to node. */
function october() {
  const { signedMessageTemplate, sigs, address, derivedVia, algo } = realOctober2024;
  return Object.fromEntries(
    Object.entries(sigs).map(([url, sig]) => {
      const signedMessage = signedMessageTemplate.replace("{{nodeAddress}}", url);
      return [url, { sig, derivedVia, signedMessage, address, algo }];
    }),
  );
}

const maps = { "endToEnd.sessionSigs": endToEnd.sessionSigs, realOctober2024: october() };

describe("formatSessionSigs writes what the official SDK writes", () => {
  for (const { input, currentTime, output } of readers.formatSessionSigs) {
    test(`${input} at ${currentTime}`, () => {
      assert.equal(formatSessionSigs(JSON.stringify(maps[input]), new Date(currentTime)), output);
    });
  }
});

describe("validateSessionSig and validateSessionSigs find what the official SDK finds", () => {
  for (const { name, now, sessionSig, validateSessionSig: one, validateSessionSigs: all } of readers.validate) {
    test(name, (t) => {
      stopClock(t, now);
      assert.deepEqual(validateSessionSig(sessionSig), one);
      const map = { "https://n1:443": sessionSig, "https://n2:443": sessionSig };
      assert.deepEqual(validateSessionSigs(map), all);
    });
  }
});

describe("texts that make the official validator throw are invalid", () => {
  const rows = [
    ["no text", {}, "Main signedMessage is not valid JSON."],
    ["null", { signedMessage: "null" }, "Main signedMessage is not valid JSON."],
    ["no object", { signedMessage: "0" }, "Capabilities not found in main signedMessage."],
    ["no session signature", undefined, "Main signedMessage is not valid JSON."],
    ["capabilities that are no list", { signedMessage: '{"capabilities":{}}' }, "Capabilities not found in main signedMessage."],
    ["a capability that is null", { signedMessage: '{"capabilities":[null]}' }, "Expiration Time not found in capability 0's signedMessage."],
  ];
  for (const [name, sessionSig, want] of rows) {
    test(name, () => {
      const { isValid, errors } = validateSessionSig(sessionSig);
      assert.equal(isValid, false);
      assert.equal(errors[0], want);
    });
  }
});

describe("formatSessionSigs shows what the official one leaves out", () => {
  const sigWith = (att, after = "") => {
    const urn = `urn:recap:${Buffer.from(JSON.stringify({ att, prf: [] })).toString("base64url")}`;
    const times = "Issued At: 2026-01-15T12:00:00.000Z\nExpiration Time: 2026-01-16T12:00:00.000Z";
    const capabilities = [{ derivedVia: "x", signedMessage: `${times}\nResources:\n- ${urn}${after}` }];
    const signedMessage = JSON.stringify({ capabilities, issuedAt: "2026-01-15T12:00:00Z", expiration: "2026-01-16T12:00:00Z" });
    return JSON.stringify({ "http://a": { signedMessage } });
  };
  test("a ReCap with a line behind it", () => {
    assert.match(formatSessionSigs(sigWith({ a: { "N/A": [{}] } }, "\n- ")), /^ {12}\* a\n {14}\* N\/A\n$/m);
  });
  test("names beyond ASCII, and base64url that is not base64", () => {
    assert.match(formatSessionSigs(sigWith({ "é>>>???": { "N/A": [{}] } })), /^ {12}\* é>>>\?\?\?\n {14}\* N\/A\n$/m);
  });
});

describe("formatSessionSigs refuses", () => {
  for (const [name, text] of [["no JSON", "zz"], ["an empty map", "{}"], ["a text that is none", '{"a":{"signedMessage":"zz"}}']]) {
    test(name, () => {
      const error = thrownBy(() => formatSessionSigs(text));
      assert.match(error.message, /^Invalid JSON format for signedMessage: /);
      assert.equal(error.name, "Error");
      assert.equal(error.reason, "invalid_param");
    });
  }
  test("null, as the official one does", () => {
    const error = thrownBy(() => formatSessionSigs('{"a":{"signedMessage":"null"}}'));
    assert.match(error.message, /^Error parsing issuedAt or expiration: /);
    assert.equal(error.reason, "invalid_param");
  });
  test("a time that is none", () => {
    const error = thrownBy(() => formatSessionSigs('{"a":{"signedMessage":"{}"}}'));
    assert.ok(isLitError(error));
    assert.equal(error.message, "Invalid time value");
  });
});

describe("getSessionSigByUrl", () => {
  const sessionSigs = endToEnd.sessionSigs;
  const [url] = Object.keys(sessionSigs);
  test("gives the node's", () => assert.equal(getSessionSigByUrl({ sessionSigs, url }), sessionSigs[url]));
  for (const [name, params, message] of [
    ["no map", { url }, "You must pass in sessionSigs. Received: undefined"],
    ["another node", { sessionSigs, url: "http://x" }, "You passed sessionSigs but we could not find session sig for node http://x"],
    ["a name of every object", { sessionSigs, url: "toString" }, "You passed sessionSigs but we could not find session sig for node toString"],
  ]) {
    test(`refuses ${name}`, () => {
      const error = thrownBy(() => getSessionSigByUrl(params));
      assert.deepEqual([error.name, error.message, error.reason], ["InvalidArgumentException", message, "invalid_param"]);
    });
  }
});
