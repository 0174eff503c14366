package postgres_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
)

// repository is the root of the repository, seen from this package.
const repository = "../.."

// ending is a row of docs/retention.md.
type ending struct{ holds, ends, proof string }

// endings are the rows of some sections of docs/retention.md, by table.
func endings(t *testing.T, sections ...string) map[string]ending {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(repository, "docs", "retention.md"))
	require.NoError(t, err)
	named, all := regexp.MustCompile("`([a-z_.]+)`"), map[string]ending{}
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		for _, line := range strings.Split(body, "\n") {
			cells := strings.Split(line, "|")
			if len(cells) != 6 || !strings.Contains(cells[1], "`") || !slices.Contains(sections, title) {
				continue
			}
			for _, table := range named.FindAllStringSubmatch(cells[1], -1) {
				require.NotContains(t, all, table[1], "named twice")
				all[table[1]] = ending{strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3]), strings.Trim(cells[4], " `")}
			}
		}
	}
	return all
}

// Of every table of both databases docs/retention.md says what stands in it of people and what ends it: a new one is not forgotten.
func TestEveryTableSaysWhatEndsIt(t *testing.T) {
	tests := testNames(t)
	for kind, section := range map[migrations.Kind]string{migrations.Central: "At the centre", migrations.Station: "At a station"} {
		t.Run(kind.String(), func(t *testing.T) {
			rows, err := pgtest.Admin(t, pgtest.New(t, kind)).Pool.Query(t.Context(), `SELECT c.oid::regclass::text FROM pg_class c
				JOIN pg_namespace n ON n.oid = c.relnamespace
				WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`)
			require.NoError(t, err)
			tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(t, err)
			page := endings(t, "In both databases", section)
			for _, table := range tables {
				e, named := page[table]
				delete(page, table)
				switch {
				case !named:
					t.Errorf("docs/retention.md says nothing of %s", table)
				case e.holds == "" || e.ends == "" && !strings.HasPrefix(e.holds, "nobody"):
					t.Errorf("docs/retention.md: what ends %s, which holds %q", table, e.holds)
				case e.proof != "" && !tests[e.proof]:
					t.Errorf("docs/retention.md: %s is proved by %s, which is no test", table, e.proof)
				case e.proof == "" && !strings.HasPrefix(e.holds, "nobody") && !bare(e):
					t.Errorf("docs/retention.md: nothing proves that %s ends: %s", table, e.ends)
				}
			}
			for table := range page {
				t.Errorf("docs/retention.md names %s, which is no table there", table)
			}
		})
	}
}

// bare reports whether a row says that no time ends it, or that it holds nothing but what is to be done or what another row ends.
func bare(e ending) bool {
	return slices.ContainsFunc([]string{"kept", "done", "applied, or kept", "the list's owner", "the centre's next version"}, func(words string) bool {
		return strings.HasPrefix(e.ends, words)
	})
}

// testNames are the tests of the repository.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	declared, names := regexp.MustCompile(`(?m)^func (Test\w+)\(`), map[string]bool{}
	require.NoError(t, filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return err
	}))
	return names
}
