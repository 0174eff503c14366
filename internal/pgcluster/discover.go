package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrNoBinaries is returned when no directory with PostgreSQL's server programs is found. Its text names the cure.
var ErrNoBinaries = errors.New("no PostgreSQL server programs (initdb, postgres) found: " +
	"install them (Debian, Ubuntu: apt-get install postgresql postgresql-contrib), name their directory in BMIS_PG_BIN, " +
	"or set BMIS_DSN to a database that runs elsewhere")

// usualPlaces are the directories in which distributions keep one PostgreSQL per version.
func usualPlaces() []string { return []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} }

// candidates lists the directories that hold the server programs, best first: the one pg_config names, then the highest version.
func candidates(ctx context.Context, patterns []string) []string {
	var found []string
	if dir := fromPgConfig(ctx); dir != "" {
		found = append(found, dir)
	}
	var versioned []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		if err == nil { // the only error is a malformed pattern
			versioned = append(versioned, matches...)
		}
	}
	slices.SortStableFunc(versioned, func(a, b string) int { return slices.Compare(numbers(b), numbers(a)) })
	return slices.DeleteFunc(append(found, versioned...), func(dir string) bool { return !hasServer(dir) })
}

// fromPgConfig asks pg_config on the PATH where the programs are; "" when there is none.
func fromPgConfig(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// hasServer says whether a directory holds both programs.
func hasServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

// numbers are the numbers in a path, so that 9.6 comes before 15.
func numbers(path string) []int {
	var list []int
	for _, digits := range strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(digits)
		if err != nil {
			n = 0 // too long for a version
		}
		list = append(list, n)
	}
	return list
}

// majorOf asks a directory's postgres for its major version.
func majorOf(ctx context.Context, dir string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output() //nolint:gosec // a discovered directory
	if err != nil {
		return 0, fmt.Errorf("version of %s/postgres: %w", dir, err)
	}
	list := numbers(string(out))
	if len(list) == 0 {
		return 0, fmt.Errorf("version of %s/postgres: expected a number in %q", dir, out)
	}
	return list[0], nil
}

// programs are a directory of PostgreSQL programs and their major version.
type programs struct {
	dir   string
	major int
}

// discover finds the programs: those configured, else the best candidate. With wanted > 0 (the version that made an existing
// data directory) only that version will do.
func discover(ctx context.Context, configured string, wanted int, places []string) (programs, error) {
	dirs := candidates(ctx, places)
	if configured != "" {
		if !hasServer(configured) {
			return programs{}, fmt.Errorf("BMIS_PG_BIN %s: expected a directory with initdb and postgres; %w", configured, ErrNoBinaries)
		}
		dirs = []string{configured}
	}
	if len(dirs) == 0 {
		return programs{}, ErrNoBinaries
	}
	var have []string
	for _, dir := range dirs {
		major, err := majorOf(ctx, dir)
		if err != nil {
			return programs{}, err
		}
		if wanted == 0 || major == wanted {
			return programs{dir, major}, nil
		}
		have = append(have, fmt.Sprintf("%d in %s", major, dir))
	}
	return programs{}, fmt.Errorf("the data directory was made by PostgreSQL %d, but only %s is installed: "+
		"install that version beside it, or move the data with pg_upgrade", wanted, strings.Join(have, ", "))
}
