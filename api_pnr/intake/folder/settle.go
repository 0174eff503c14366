package folder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
)

// receipted is what stays of a file that is safe.
type receipted struct {
	Name string `json:"name"`
	apipnr.Receipt
}

// refused is what is said of a file that was not taken. Size and digest are of the file as it came; what lies beside this has passed the
// law's filter, is unpacked, and ends where the file could not be read any further.
type refused struct {
	Name   string `json:"name"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Size   int64  `json:"size"`
	Digest string `json:"sha256"`
	Kept   int    `json:"kept_bytes"`
}

// done writes the receipt, and then deletes the file, which is as it came, before the law's filter: a crash in between has it taken again,
// and receipted again.
func done(dir, name string, f *os.File, receipt apipnr.Receipt) error {
	to, target, err := place(dir, Done, name, Receipt)
	if err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(to, target+Receipt), receipted{name, receipt}); err != nil {
		return err
	}
	return removeTaken(filepath.Join(dir, name), f)
}

// quarantine keeps what can be read of a refused file, filtered, with the reason, and then deletes it as it came.
func (w *Watch) quarantine(dir, name string, f *os.File, why *door.Refusal) error {
	said := refused{Name: name, Status: why.Status, Code: why.Code, Detail: why.Detail}
	body, err := describe(f, name, &said)
	if err != nil {
		return err
	}
	to, target, err := place(dir, Quarantine, name, Reason)
	if err != nil {
		return err
	}
	kept, _ := w.Filter(body)
	if said.Kept = len(kept); len(kept) > 0 {
		if err := writeWhole(filepath.Join(to, target), kept); err != nil {
			return err
		}
	}
	if err := writeJSON(filepath.Join(to, target+Reason), said); err != nil {
		return err
	}
	return removeTaken(filepath.Join(dir, name), f)
}

// removeTaken removes a file, unless another has come under its name meanwhile: that one is taken next.
func removeTaken(path string, f *os.File) error {
	taken, err := f.Stat()
	if err != nil {
		return err
	}
	now, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(taken, now) {
		return nil
	}
	return os.Remove(path)
}

// describe says what a file was, and gives what can be read of it.
func describe(f *os.File, name string, said *refused) ([]byte, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return nil, err
	}
	said.Size, said.Digest = size, hex.EncodeToString(sum.Sum(nil))
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	_, encoding := kindOf(name)
	return door.Readable(encoding, f, apipnr.MaxBody)
}

// place is a folder of ours and a name that is free in it: name, or name with a number where another file of that name went before.
func place(dir, into, name, ending string) (to, target string, err error) {
	to = filepath.Join(dir, into)
	if err := os.MkdirAll(to, 0o750); err != nil {
		return "", "", err
	}
	for n := 1; ; n++ {
		if target = name; n > 1 {
			target = fmt.Sprintf("%s.%d", name, n)
		}
		// The note is written last: a file without one was being written when the process ended, and is written again.
		if _, err := os.Lstat(filepath.Join(to, target+ending)); errors.Is(err, fs.ErrNotExist) {
			return to, target, nil
		}
	}
}

func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return writeWhole(path, append(text, '\n'))
}

func writeWhole(path string, text []byte) error {
	half, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = half.Write(text)
	if err == nil {
		err = errors.Join(half.Chmod(0o640), half.Sync()) // what it stands for is deleted next
	}
	if err = errors.Join(err, half.Close()); err == nil {
		err = os.Rename(half.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(half.Name()))
	}
	return nil
}
