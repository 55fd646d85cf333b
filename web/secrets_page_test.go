package web_test

import (
	"strings"
	"testing"

	"litsession/internal/devnet"
)

// TestNoErrorOfThePageHasASecret: nodes, and an action, repeat what they were sent, for
// every method that sends secrets; all of an error that JavaScript sees is searched.
func TestNoErrorOfThePageHasASecret(t *testing.T) {
	network, page := open(t)
	const echo = `{"errorKind":"MARKED token of a user","errorCode":"MARKED token of a user","status":500,"message":"bad MARKED token of a user","details":["MARKED param"],"error":"xMARKED token of a"}`
	seen := func(litActionSource string) string {
		return evaluate[string](t, page, `
			const client = new lit.LitNodeClient({ ...config, storage: "memory" });
			await client.connect();
			const litActionSource = `+"`"+litActionSource+"`"+`;
			const params = {
				...guide, litActionSource, jsParams: { secret: "MARKED param", deep: [{ secret: "MARKED param two" }] },
				authMethods: litActionSource.includes("throw") ? [] : [{ authMethodType: 6, accessToken: "MARKED token of a user" }],
			};
			const all = [];
			for (const call of ["getLitActionSessionSigs", "getPkpSessionSigs", "signSessionKey"]) {
				let error = await client[call](params).catch((e) => e);
				if (!lit.isLitError(error)) all.push(call + " did not fail with MARKED");
				for (; error; error = error.cause) {
					all.push(call, JSON.stringify(error), String(error), error.stack, JSON.stringify(Object.getOwnPropertyNames(error).map((name) => error[name])));
				}
			}
			return all.join("\n");
		`)
	}
	check := func(what, text string) {
		if at := strings.Index(text, "MARKED"); at >= 0 {
			t.Errorf("%s: …%s…", what, text[max(0, at-100):min(at+100, len(text))])
		}
		if !strings.Contains(text, "[redacted]") {
			t.Errorf("%s: nothing was taken out of %s", what, text)
		}
	}
	check("an action", seen(`console.log(secret); throw Error(JSON.stringify([secret, deep]))`))
	for i := range network.Descriptor().Nodes {
		if err := network.SetFault(i, devnet.Fault{Kind: "http-error", Path: "sign_session_key", Body: []byte(echo)}); err != nil {
			t.Fatal(err)
		}
	}
	check("nodes", seen("1"))
}
