package auditlog_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnIntactLogVerifies(t *testing.T) {
	s := newStation(t)
	s.grow(700, 300)
	s.record(700, 705)

	report := s.verify()

	require.Nil(t, report.Problem, "%v", report.Problem)
	require.EqualValues(t, 700, report.Entries)
	require.EqualValues(t, 700, report.Signed)
	require.EqualValues(t, 5, report.Pending)
	require.EqualValues(t, 3, report.Checkpoints)
	require.Equal(t, "airport-1", report.Origin)
	require.Empty(t, report.Warnings)
}
