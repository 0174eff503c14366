package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
)

func TestTheDatabasesTroublesHaveWords(t *testing.T) {
	other := errors.New("something else")
	for name, c := range map[string]struct {
		err  error
		code string // "" leaves the error as it is
	}{
		"no room for a row":           {&pgconn.PgError{Code: "53100"}, "storage_full"},
		"no room for a file":          {syscall.ENOSPC, "storage_full"},
		"killed":                      {&pgconn.PgError{Code: "57P01"}, "database_away"},
		"recovering":                  {&pgconn.PgError{Code: "57P03"}, "database_away"},
		"the connection broke":        {syscall.ECONNRESET, "database_away"},
		"a wrong statement":           {&pgconn.PgError{Code: "42601"}, ""},
		"anything else":               {other, ""},
		"what has its words already":  {problem.New(problem.Conflict, "scan.not_open").Because(&pgconn.PgError{Code: "53100"}), ""},
		"nothing":                     {nil, ""},
		"a request that was given up": {fmt.Errorf("query: %w", context.Canceled), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := postgres.Problem(c.err)
			if c.code == "" {
				require.Equal(t, c.err, got)
				return
			}
			require.ErrorIs(t, got, problem.New(problem.Unavailable, c.code))
			require.ErrorIs(t, got, c.err, "the log gets the cause")
			require.Equal(t, problem.Unavailable, problem.KindOf(fmt.Errorf("record: %w", got)))
		})
	}
}
