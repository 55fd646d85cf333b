// Package ethers holds the ethers library that Lit Actions find, if it was there when the program was built.
//
// [Source] is all there is. make devnet takes the library from npm; nothing of it is committed.
//
// Source: protocol.md 9.1 (version).
package ethers

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// The folder always holds a README, so that this compiles without the library.
//
//go:embed bundle
var bundle embed.FS

// Version is the release that Lit Actions have.
const Version = "5.7.2"

// HowToGet is the sentence that tells a user of a program without the library what to do.
const HowToGet = `Run "make devnet" in the source tree, which takes ethers ` + Version + ` from npm, and start the program built by it.`

// Source returns the library as one classic script, a UMD bundle in UTF-8; nil if the program was built without it.
func Source() ([]byte, error) {
	source, err := bundle.ReadFile("bundle/ethers.js")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read ethers: %w", err)
	}
	return source, nil
}
