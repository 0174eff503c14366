package main

import (
	"errors"
	"io/fs"
	"syscall"
)

// whyUnread says why a file could not be read, without the path and the system's own words: those who print it name the file as it
// was given, and an absolute path may hold a person's name.
func whyUnread(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "reading is not permitted"
	case errors.Is(err, syscall.EISDIR):
		return "expected a file, found a directory"
	}
	return "the file cannot be read"
}
