package demo

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// credentials are the generated passwords of the demo's accounts, by "PROGRAM LOGIN". They are kept in the data directory,
// readable by its owner alone, so that the simulator can sign in again; a real installation keeps nothing of the kind.
type credentials struct {
	file  string
	words map[string]string
}

func openCredentials(dir string) (*credentials, error) {
	c := &credentials{file: filepath.Join(dir, "credentials"), words: map[string]string{}}
	file, err := os.Open(c.file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		parts := strings.Fields(lines.Text())
		if len(parts) != 3 {
			return nil, errors.Join(fmt.Errorf("%s: expected lines of PROGRAM LOGIN PASSWORD", c.file), file.Close())
		}
		c.words[parts[0]+" "+parts[1]] = parts[2]
	}
	return c, errors.Join(lines.Err(), file.Close())
}

func (c *credentials) password(program, login string) string { return c.words[program+" "+login] }

// keep writes one more password to the end of the file, before the account is made with it.
func (c *credentials) keep(program, login, password string) error {
	file, err := os.OpenFile(c.file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "%s %s %s\n", program, login, password)
	c.words[program+" "+login] = password
	return errors.Join(err, file.Close())
}
