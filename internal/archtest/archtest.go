// Package archtest keeps the house in order: it reads the imports of every Go file and reports each one that points the wrong
// way, each folder that stands in no layer and each package without a comment. It reads files in-process, so that the test cache
// sees what it read; it must never run the go command, and nothing but its own test uses it.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Module is the import path before every folder of the repository.
const Module = "github.com/openbmis/openbmis"

// Violation is one broken rule and where.
type Violation struct {
	File string // slash-separated, below the root; a folder when the rule is about the folder
	Line int    // 0 when the rule is about the whole file or folder
	Text string
}

func (v Violation) String() string {
	if v.Line == 0 {
		return v.File + ": " + v.Text
	}
	return fmt.Sprintf("%s:%d: %s", v.File, v.Line, v.Text)
}

// Check reads the tree below root (the folder of go.mod) and reports what breaks house's rules, in the order of files.
func Check(root string, house House) ([]Violation, error) {
	c := checker{house: house, fset: token.NewFileSet(), commented: map[string]bool{}, packages: map[string]string{}}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skip(root, name)
		case strings.HasSuffix(name, ".go"):
			return c.file(root, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the tree below %s: %w", root, err)
	}
	c.packageComments()
	return c.found, nil
}

// skip leaves out what the go command leaves out too: hidden folders, test data, and modules within the module.
func skip(root, name string) error {
	base := path.Base(name)
	if name == "." {
		return nil
	}
	if base == "testdata" || base == "vendor" || base == "node_modules" || base[0] == '.' || base[0] == '_' {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(root, name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

type checker struct {
	house     House
	fset      *token.FileSet
	found     []Violation
	packages  map[string]string // folder -> package name, test-only folders left out
	commented map[string]bool   // folders whose package has its comment
	unknown   []string          // folders already reported
}

func (c *checker) report(file string, line int, format string, args ...any) {
	c.found = append(c.found, Violation{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) file(root, name string) error {
	parsed, err := parser.ParseFile(c.fset, filepath.Join(root, name), nil, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return err
	}
	folder, test := path.Dir(name), strings.HasSuffix(name, "_test.go")
	if !test {
		c.packages[folder] = parsed.Name.Name
		c.commented[folder] = c.commented[folder] || isPackageComment(parsed)
	}
	room, known := c.house.room(folder)
	if !known {
		if !slices.Contains(c.unknown, folder) {
			c.unknown = append(c.unknown, folder)
			c.report(folder, 0, "stands in no layer; expected a folder of the house (see rules.go of internal/archtest)")
		}
		return nil
	}
	from := importer{file: name, folder: folder, room: room, test: test, external: strings.HasSuffix(parsed.Name.Name, "_test")}
	for _, spec := range parsed.Imports {
		if err := c.imported(from, spec); err != nil {
			return err
		}
	}
	return nil
}

// importer is the file that an import stands in.
type importer struct {
	file, folder string
	room         Room
	test         bool
	external     bool // a _test package: it may look at its package from above
}

func (c *checker) imported(from importer, spec *ast.ImportSpec) error {
	target, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return fmt.Errorf("%s: import %s: %w", from.file, spec.Path.Value, err)
	}
	line := c.fset.Position(spec.Pos()).Line
	for _, ban := range c.house.Bans {
		if ban.hits(from, target) {
			c.report(from.file, line, "imports %s: %s", target, ban.Why)
		}
	}
	for _, name := range c.house.Names {
		if target == Module+"/"+name.Folder && (spec.Name == nil || spec.Name.Name != name.Name) {
			c.report(from.file, line, "imports %s without its name; expected %s %q", target, name.Name, target)
		}
	}
	if folder, inside := strings.CutPrefix(target, Module+"/"); inside {
		c.inner(from, folder, line)
	}
	return nil
}

// inner holds an import of our own folder against the layers.
func (c *checker) inner(from importer, folder string, line int) {
	to, known := c.house.room(folder)
	switch {
	case !known: // reported once, as a folder
	case to.Support && !from.test && !from.room.Support:
		c.report(from.file, line, "imports %s, which is for tests; expected that only in _test.go files", folder)
	case to.Support, from.external, from.room.Support:
	case from.room.Path == to.Path, from.room.Group != "" && from.room.Group == to.Group:
	case from.room.Level == to.Level:
		c.report(from.file, line, "imports %s of its own layer (%s); expected that cmd introduces them to each other", folder, to.Path)
	case from.room.Level < to.Level:
		c.report(from.file, line, "imports %s, which stands above %s; expected imports to point down", folder, from.room.Path)
	}
}

func isPackageComment(file *ast.File) bool {
	if file.Doc == nil || ast.IsGenerated(file) {
		return false
	}
	text := file.Doc.Text()
	if file.Name.Name == "main" {
		return strings.HasPrefix(text, "Command ")
	}
	return strings.HasPrefix(text, "Package "+file.Name.Name+" ")
}

func (c *checker) packageComments() {
	for folder, name := range c.packages {
		if c.commented[folder] {
			continue
		}
		expected := "Package " + name
		if name == "main" {
			expected = "Command NAME"
		}
		c.report(folder, 0, "has no package comment; expected one that begins with %q and says why the package exists", expected)
	}
	slices.SortFunc(c.found, func(a, b Violation) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
}
