package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
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
	for _, name := range []string{"jsglue", "storage", "wasm"} {
		files, err := filepath.Glob(filepath.Join("..", name, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range lookedUp(t, file) {
				looked++
				if !slices.Contains(given, name) {
					t.Errorf("%s looks up %s, which load.ts does not give", path, name)
				}
			}
		}
	}
	if looked < 10 {
		t.Errorf("only %d names found", looked)
	}
}

// lookedUp returns the first arguments, Go literals, of what is called on js.Global().
func lookedUp(t *testing.T, file *ast.File) (names []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		global, ok := method.X.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, ok := global.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Global" {
			return true
		}
		name, ok := call.Args[0].(*ast.BasicLit)
		if !ok {
			t.Errorf("a name of js.Global() is not a literal: %v", call.Args[0])
			return true
		}
		names = append(names, name.Value)
		return true
	})
	return names
}
