// Package playground drives the page of web/playground in a headless browser,
// for the end-to-end test and for the demonstration at the start.
package playground

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"litsession/internal/chromium"
)

// Requests is what the page asks for, as it is signed.
const Requests = `[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},` +
	`{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`

// patience bounds each thing that the page is waited for.
const patience = 60 * time.Second

// Page is the page, open in a browser of its own.
type Page struct {
	tab   context.Context
	close func()
}

// Outcome is what the page shows after the button was pressed.
type Outcome struct {
	State       string // done or failed
	SessionSigs string // JSON, as getLitActionSessionSigs returned it; "" if it failed
	Name        string // of the error, with the fields that follow
	Code        string
	Reason      string
	Message     string
	NodeAnswers int               // lines that say what a node answered
	Timings     map[string]string // by step, as shown
}

// Open loads the page at url and waits until it is connected. Close ends it.
func Open(ctx context.Context, url string) (*Page, error) {
	tab, closeBrowser, err := chromium.Open(ctx)
	if err != nil {
		return nil, err
	}
	p := &Page{tab: tab, close: closeBrowser}
	if err := p.run(chromedp.Navigate(url)); err != nil {
		p.Close()
		return nil, fmt.Errorf("open %s: %w", url, err)
	}
	o, err := p.outcome("connected")
	if err == nil && o.State != "connected" {
		err = fmt.Errorf("the page did not connect: %s: %s", o.Reason, o.Message)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close ends the browser.
func (p *Page) Close() { p.close() }

// Sign enters a magic number, presses the button and waits for the outcome.
func (p *Page) Sign(magicNumber int) (Outcome, error) {
	if err := p.run(
		chromedp.SetValue("#magic", fmt.Sprint(magicNumber), chromedp.ByID),
		chromedp.Click("#run", chromedp.ByID),
	); err != nil {
		return Outcome{}, err
	}
	return p.outcome("done")
}

// Reload loads the page again, with what the browser has stored.
func (p *Page) Reload() error {
	if err := p.run(chromedp.Reload()); err != nil {
		return err
	}
	_, err := p.outcome("connected")
	return err
}

// Evaluate runs JavaScript in the page and stores what it, or the promise that
// it returns, gives.
func (p *Page) Evaluate(script string, into any) error {
	return p.run(chromedp.Evaluate(script, into, func(e *runtime.EvaluateParams) *runtime.EvaluateParams {
		return e.WithAwaitPromise(true)
	}))
}

// Screenshot returns the whole page as PNG.
func (p *Page) Screenshot() (png []byte, err error) {
	const quality = 100 // of 100: PNG
	return png, p.run(chromedp.FullScreenshot(&png, quality))
}

// outcome waits for the wanted state, or failed, and reads what the page shows.
func (p *Page) outcome(want string) (o Outcome, err error) {
	const read = `(() => {
		const text = (id) => document.getElementById(id).textContent;
		return {
			State: document.getElementById("status").dataset.state,
			SessionSigs: document.getElementById("session-sigs").value,
			Name: text("failure-name"), Code: text("failure-code"), Reason: text("failure-reason"), Message: text("failure-message"),
			NodeAnswers: document.getElementById("failure-nodes").childElementCount,
			Timings: Object.fromEntries([...document.querySelectorAll("[data-step]")].map((e) => [e.dataset.step, e.textContent])),
		};
	})()`
	return o, p.run(
		chromedp.Poll(fmt.Sprintf(`["failed", %q].includes(document.getElementById("status")?.dataset.state)`, want), nil,
			chromedp.WithPollingTimeout(patience)),
		chromedp.Evaluate(read, &o),
	)
}

func (p *Page) run(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}
