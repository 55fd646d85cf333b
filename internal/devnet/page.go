package devnet

import (
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
)

// pageHandler serves a directory, strictly: the page may load and run only what
// comes from here, talks only to this network and is shown in no other page's
// frame.
func pageHandler(dir, host string) http.Handler {
	files := os.DirFS(dir)
	server := http.FileServerFS(files)
	policy := contentSecurityPolicy(host)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
		if isListing(files, r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-cache")
		// Not every system's table has these two, and a browser runs neither
		// under another type.
		switch path.Ext(r.URL.Path) {
		case ".wasm":
			header.Set("Content-Type", "application/wasm")
		case ".js", ".mjs":
			header.Set("Content-Type", "text/javascript; charset=utf-8")
		}
		server.ServeHTTP(w, r)
	})
}

func contentSecurityPolicy(host string) string {
	nodes := "http://127.0.0.1:*"
	if host != "127.0.0.1" {
		nodes += " http://" + host + ":*"
	}
	return "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' " + nodes +
		"; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// isListing reports whether the path is a directory without a page of its own.
func isListing(files fs.FS, urlPath string) bool {
	name := strings.Trim(path.Clean(urlPath), "/")
	if name == "" {
		name = "."
	}
	info, err := fs.Stat(files, name)
	if err != nil || !info.IsDir() {
		return false
	}
	_, err = fs.Stat(files, path.Join(name, "index.html"))
	return err != nil
}
