// Package migrations holds the schema of the two databases as numbered SQL, embedded in the programs so that a program and the
// schema it needs never come apart. It must never change a file that has been released: a correction is a new number.
//
// Files of common/ (00001-00099) run in both databases, those of station/ (00100 and up) at a crossing point, those of
// central/ (00100 and up) at the national node. A number is used once per database.
package migrations

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed common station central
var files embed.FS

// Kind says which of the two databases is meant.
type Kind int

// The kinds of database.
const (
	Station Kind = iota // the database of one crossing point
	Central             // the database of the national node
)

// String is the kind's folder and its name on the command line.
func (k Kind) String() string {
	switch k {
	case Station:
		return "station"
	case Central:
		return "central"
	default:
		return fmt.Sprintf("Kind(%d)", int(k))
	}
}

// ParseKind reads a kind from its name, "station" or "central".
func ParseKind(name string) (Kind, error) {
	for _, kind := range []Kind{Station, Central} {
		if name == kind.String() {
			return kind, nil
		}
	}
	return 0, fmt.Errorf("kind of database %q: expected %q or %q", name, Station, Central)
}

// FS gives the migrations of a kind as one flat folder of *.sql files, as goose reads it.
func FS(kind Kind) (fs.FS, error) { return merge(files, "common", kind.String()) }

// Names lists the migrations of a kind in order.
func Names(kind Kind) ([]string, error) {
	merged, err := FS(kind)
	if err != nil {
		return nil, err
	}
	return fs.Glob(merged, "*.sql")
}

// Digest identifies the schema of a kind: the same files give the same 64 hexadecimal digits.
func Digest(kind Kind) (string, error) {
	merged, err := FS(kind)
	if err != nil {
		return "", err
	}
	names, err := Names(kind)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(merged, name)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// number is the part of a migration's name before the first underscore, without leading zeros.
func number(name string) (string, error) {
	digits, _, found := strings.Cut(name, "_")
	trimmed := strings.TrimLeft(digits, "0")
	if !found || trimmed == "" || strings.Trim(trimmed, "0123456789") != "" {
		return "", fmt.Errorf("migration %s: expected a name such as 00100_border.sql", name)
	}
	return trimmed, nil
}
