package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestInvalidParamsSayWhatTheyWant: an error about a parameter is made where it must
// name it, and what it should be.
func TestInvalidParamsSayWhatTheyWant(t *testing.T) {
	made := 0
	parseAll(t, "..", func(path string, file *ast.File) {
		if strings.HasPrefix(path, filepath.Join("..", "internal", "literr")) {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if isOf(n.Fun, "Invalid", "Missing") {
					made++
				}
				if isOf(n.Fun, "Errorf") && isOf(n.Args[0], "InvalidParam", "MissingParam") {
					t.Errorf("%s: use literr.Invalid or literr.Missing", path)
				}
			case *ast.KeyValueExpr:
				if isOf(n.Value, "InvalidParam", "MissingParam") {
					t.Errorf("%s: use literr.Invalid or literr.Missing", path)
				}
			}
			return true
		})
	})
	if made < 30 {
		t.Errorf("only %d errors about parameters found", made)
	}
}

// parseAll visits every Go file below root but tests and what npm installs.
func parseAll(t *testing.T, root string, visit func(path string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err == nil {
			visit(path, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isOf reports whether an expression is one of the names of package literr.
func isOf(e ast.Expr, names ...string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := selector.X.(*ast.Ident)
	for _, name := range names {
		if ok && from.Name == "literr" && selector.Sel.Name == name {
			return true
		}
	}
	return false
}
