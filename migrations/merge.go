package migrations

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// merged shows the *.sql files of several folders as one folder.
type merged struct {
	base    fs.FS
	paths   map[string]string // name in the merged folder -> path in base
	entries []fs.DirEntry     // sorted by name
}

// merge reads the folders of base; two files with the same number are an error.
func merge(base fs.FS, folders ...string) (*merged, error) {
	m := &merged{base: base, paths: map[string]string{}}
	numbers := map[string]string{}
	for _, folder := range folders {
		entries, err := fs.ReadDir(base, folder)
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		for _, entry := range entries {
			if err := m.add(folder, entry, numbers); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(m.entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return m, nil
}

func (m *merged) add(folder string, entry fs.DirEntry, numbers map[string]string) error {
	name := entry.Name()
	if entry.IsDir() || !strings.HasSuffix(name, ".sql") {
		return nil
	}
	n, err := number(name)
	if err != nil {
		return err
	}
	path := folder + "/" + name
	if other, taken := numbers[n]; taken {
		return fmt.Errorf("migrations %s and %s have the same number", other, path)
	}
	numbers[n], m.paths[name] = path, path
	m.entries = append(m.entries, entry)
	return nil
}

// Open opens a file of the merged folder, or "." the folder itself.
func (m *merged) Open(name string) (fs.File, error) {
	if name == "." {
		root, err := m.base.Open(".")
		if err != nil {
			return nil, err
		}
		return &folder{File: root, rest: m.entries}, nil
	}
	path, known := m.paths[name]
	if !known {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return m.base.Open(path)
}

// folder is the merged folder opened for reading.
type folder struct {
	fs.File
	rest []fs.DirEntry
}

// ReadDir gives the next n entries, all that remain with n <= 0.
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.rest)
	} else if len(f.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(f.rest))
	next := slices.Clone(f.rest[:n])
	f.rest = f.rest[n:]
	return next, nil
}
