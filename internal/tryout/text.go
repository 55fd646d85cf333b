package main

import (
	"maps"
	"slices"
	"strings"
)

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
