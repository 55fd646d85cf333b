package web_test

import "testing"

// TestBinaryDataInJSParams: it reaches the action as lists of bytes, at any depth.
func TestBinaryDataInJSParams(t *testing.T) {
	_, page := open(t)
	got := evaluate[struct{ Logs string }](t, page, `
		const client = new lit.LitNodeClient({ ...config, storage: "memory" });
		await client.connect();
		const data = new Uint8Array(100_000).fill(7);
		const jsParams = {
			data, wide: new Uint16Array([258]), buffer: new Uint8Array([1, 2]).buffer, none: new Uint8Array(),
			nested: { view: new DataView(new ArrayBuffer(2)), list: [new Uint8Array([3])], part: data.subarray(0, 2) },
		};
		const litActionSource = "console.log(JSON.stringify([Array.isArray(data), data.length, data[99999], wide, buffer, none, nested])); throw Error()";
		const error = await client.getLitActionSessionSigs({ ...guide, litActionSource, jsParams }).catch((e) => e);
		return { logs: error.details.logs ?? String(error) };
	`)
	const want = `[true,100000,7,[2,1],[1,2],[],{"view":[0,0],"list":[[3]],"part":[7,7]}]` + "\n"
	if got.Logs != want {
		t.Errorf("got %s, want %s", got.Logs, want)
	}
}
