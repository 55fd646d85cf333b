package devnet_test

import (
	"testing"
	"time"

	"litsession/internal/devnet"
)

// BenchmarkStart measures how long ten nodes take from nothing to the last port
// that answers.
func BenchmarkStart(b *testing.B) {
	for name, config := range map[string]func() devnet.Config{
		"memory":    func() devnet.Config { return devnet.Config{} },
		"directory": func() devnet.Config { return devnet.Config{Data: b.TempDir()} },
		"restart":   restarted(b),
	} {
		b.Run(name, func(b *testing.B) {
			var total time.Duration
			for b.Loop() {
				given := config()
				begin := time.Now()
				n := open(b, given)
				total += time.Since(begin)
				if err := n.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(0, "ns/op") // with Close, which is of no interest
			b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms/start")
		})
	}
}

// restarted is a directory that holds a network already.
func restarted(b *testing.B) func() devnet.Config {
	config := devnet.Config{Data: b.TempDir()}
	if err := open(b, config).Close(); err != nil {
		b.Fatal(err)
	}
	return func() devnet.Config { return config }
}
