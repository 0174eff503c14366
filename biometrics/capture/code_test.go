package capture_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture"
)

func TestCodeIsThatOfTheErrorInside(t *testing.T) {
	for _, err := range capture.Errors() {
		require.Equal(t, err.Error(), capture.Code(fmt.Errorf("reader at desk 3: %w", err)))
	}
	require.Equal(t, "reader_failed", capture.Code(errors.New("something else")))
	require.Empty(t, capture.Code(nil))
}

func TestRetryOnlyWhereNobodyHasToSeeToTheReader(t *testing.T) {
	for _, err := range capture.Errors() {
		passing := errors.Is(err, capture.ErrBusy) || errors.Is(err, capture.ErrTimeout) || errors.Is(err, capture.ErrNoFinger) || errors.Is(err, capture.ErrWrongFinger)
		require.Equal(t, passing, capture.Retry(fmt.Errorf("once: %w", err)), err)
	}
}
