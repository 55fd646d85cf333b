// Package chromium opens pages in the machine's own headless Chromium, for the
// end-to-end tests and for the demonstration at the start. It downloads
// nothing.
package chromium

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

// ErrMissing says that there is no Chromium on PATH.
var ErrMissing = errors.New("no Chromium found: install Debian's package chromium")

// Open starts a browser with an empty profile and returns a context in which
// chromedp drives its first tab. close ends the browser and removes the
// profile. It makes no connection of its own accord. As root it runs without
// the sandbox, which Chromium cannot set up there.
func Open(ctx context.Context) (tab context.Context, close func(), err error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Env("TMPDIR="+dir), // where it would leave its socket behind
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.WindowSize(1280, 1600),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(allocator)
	close = func() {
		closeTab()
		stop()
		chromedp.FromContext(allocator).Allocator.Wait()
		removeAll(dir)
	}
	if err := chromedp.Run(tab); err != nil {
		close()
		return nil, nil, err
	}
	return tab, close, nil
}

// removeAll tries for a second: the browser's helpers outlive it for a moment, and write.
func removeAll(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrMissing
}
