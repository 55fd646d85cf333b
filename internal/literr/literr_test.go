package literr_test

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"litsession/internal/literr"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestCodesAreStable(t *testing.T) {
	var b strings.Builder
	for _, c := range literr.Codes() {
		b.WriteString(string(c) + " " + strconv.FormatBool(c.Retryable()) + "\n")
	}
	const golden = "testdata/codes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("codes changed; a removal is a breaking change. got:\n%swant:\n%s", b.String(), want)
	}
}

func TestCodesListsEveryConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[literr.Code]bool{}
	for _, c := range literr.Codes() {
		listed[c] = true
	}
	constants := 0
	ast.Inspect(file, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			return true
		}
		for _, spec := range decl.Specs {
			value := spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value
			name, err := strconv.Unquote(value)
			if err != nil {
				t.Fatal(err)
			}
			constants++
			if !listed[literr.Code(name)] {
				t.Errorf("code %q is missing from Codes()", name)
			}
		}
		return false
	})
	if constants != len(listed) {
		t.Errorf("%d constants, %d listed", constants, len(listed))
	}
}

func TestErrorIsFoundThroughWrapping(t *testing.T) {
	cause := errors.New("connection refused")
	inner := literr.Errorf(literr.NodeUnreachable, "no answer from %s: %w", "http://127.0.0.1:1", cause).
		With("url", "http://127.0.0.1:1").WithHint("Check that it runs.")
	err := fmt.Errorf("handshake: %w", inner)

	if !errors.Is(err, literr.NodeUnreachable) {
		t.Error("code not found through wrapping")
	}
	if errors.Is(err, literr.Timeout) {
		t.Error("another code was found")
	}
	if !errors.Is(err, cause) {
		t.Error("cause not found through wrapping")
	}
	if got := literr.CodeOf(err); got != literr.NodeUnreachable {
		t.Errorf("CodeOf = %q", got)
	}
	if got := literr.CodeOf(cause); got != literr.Internal {
		t.Errorf("CodeOf(error without code) = %q", got)
	}
	if got := inner.Detail("url"); got != "http://127.0.0.1:1" {
		t.Errorf("Detail(url) = %v", got)
	}
	const want = "no answer from http://127.0.0.1:1: connection refused. Check that it runs."
	if inner.Error() != want {
		t.Errorf("message %q, want %q", inner.Error(), want)
	}
}
