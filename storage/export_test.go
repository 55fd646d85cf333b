//go:build !js

package storage

// FileFailure is exported for the test of a full disk.
var FileFailure = fileFailure
