package internal_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheLoaderGivesWhatTheModuleLooksUp: the module's global object is one that
// web/src/load.ts makes, with the names that are listed there. Of others Get says
// undefined, and a package may take that for a browser that has no such thing.
func TestTheLoaderGivesWhatTheModuleLooksUp(t *testing.T) {
	loader, err := os.ReadFile("../web/src/load.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(loader), "const SCOPE_NAMES = [")
	list, _, _ = strings.Cut(list, "]")
	given := []string{`"Object"`, `"litsession"`} // which it makes itself
	given = append(given, regexp.MustCompile(`"\w+"`).FindAllString(list, -1)...)
	looked := 0
	for _, folder := range []string{"jsglue", "storage", "wasm"} {
		parseAll(t, filepath.Join("..", folder), func(path string, file *ast.File) {
			ast.Inspect(file, func(n ast.Node) bool {
				name, ok := globalName(n)
				if ok && !slices.Contains(given, name) {
					t.Errorf("%s looks up %s, which load.ts does not give", path, name)
				}
				if ok {
					looked++
				}
				return true
			})
		})
	}
	if looked < 10 {
		t.Errorf("only %d names found", looked)
	}
}

// globalName returns the first argument, as Go writes it, of a method of js.Global().
func globalName(n ast.Node) (name string, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	object, ok := method.X.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	if f, ok := object.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Global" {
		return "", false
	}
	if literal, ok := call.Args[0].(*ast.BasicLit); ok {
		return literal.Value, true
	}
	return "what is no literal", true
}
