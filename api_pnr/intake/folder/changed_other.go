//go:build !linux

package folder

import (
	"io/fs"
	"time"
)

// changedAt is when a file was written last.
func changedAt(info fs.FileInfo) time.Time { return info.ModTime() }
