package crosscheck_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
)

// Package border names these checks, for it cannot import them.
func TestChecksThatRestOnAReadingAreNamed(t *testing.T) {
	require.Equal(t, []string{
		crosscheck.PageCheck, crosscheck.ChipCheck, crosscheck.SealCheck, crosscheck.ImageCheck,
	}, border.ReadingChecks())
}
