package folder

import (
	"io/fs"
	"syscall"
	"time"
)

// changedAt is when a file came to where it is: moving it changes its inode's time, while its own time may be as old as the sender says.
func changedAt(info fs.FileInfo) time.Time {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(stat.Ctim.Sec, stat.Ctim.Nsec)
	}
	return info.ModTime()
}
