//go:build linux || darwin || freebsd

package action

import "syscall"

// mapMemory returns n bytes of fresh memory that no other mapping touches.
func mapMemory(n int) ([]byte, error) {
	return syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
}

func unmapMemory(b []byte) { _ = syscall.Munmap(b) }

// forbidMemory makes every access to b fault.
func forbidMemory(b []byte) bool { return syscall.Mprotect(b, syscall.PROT_NONE) == nil }
