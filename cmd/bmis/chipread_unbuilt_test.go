//go:build !pcsc

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithoutPCSCTheCommandSaysHowToBuildIt(t *testing.T) {
	got := bmisReading(t, nil, "chip", "read", "--can", "123456")
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "built without PC/SC")
	require.Contains(t, got.err, "-tags pcsc")
}
