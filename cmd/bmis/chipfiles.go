package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
)

// chipPath is the flag of a file that a chip has once.
type chipPath string

// UnmarshalText reads the flag; a second one would hide the first.
func (p *chipPath) UnmarshalText(text []byte) error {
	switch {
	case *p != "":
		return errors.New("given more than once: a chip has one such file")
	case len(text) == 0:
		return errors.New("expected the path of a file, found nothing")
	}
	*p = chipPath(text)
	return nil
}

// chipGroup is a flag of a data group and its file, N=FILE.
type chipGroup struct {
	Number int // 1 to emrtd.Groups
	Path   string
}

// UnmarshalText reads the flag.
func (g *chipGroup) UnmarshalText(text []byte) error {
	number, path, found := strings.Cut(string(text), "=")
	n, err := strconv.ParseUint(number, 10, 8)
	switch {
	case !found:
		return fmt.Errorf("%.60q: expected N=FILE", text)
	case err != nil || n < 1 || n > emrtd.Groups:
		return fmt.Errorf("%.60q: expected a data group from 1 to %d before the =", text, emrtd.Groups)
	case path == "":
		return fmt.Errorf("%.60q: expected the path of a file after the =, found nothing", text)
	}
	*g = chipGroup{int(n), path}
	return nil
}

// chipFiles are the flags that name the files of a chip. Commands embed it.
type chipFiles struct {
	SOD chipPath    `name:"sod" placeholder:"FILE" help:"The chip's EF.SOD."`
	COM chipPath    `name:"com" placeholder:"FILE" help:"The chip's EF.COM."`
	DG  []chipGroup `name:"dg" sep:"none" placeholder:"N=FILE" help:"A data group, 1 to 16. May be repeated, once for each group."`
}

func (c chipFiles) anyFile() bool { return c.SOD != "" || c.COM != "" || len(c.DG) > 0 }

// read reads the files, by their names on the chip.
func (c chipFiles) read() (map[string][]byte, error) {
	if !c.anyFile() {
		return nil, usageError{errors.New("expected the files of a chip: --sod, --com or --dg")}
	}
	paths := map[string]string{}
	for _, g := range c.DG {
		name := emrtd.FileDG(g.Number)
		if first, twice := paths[name]; twice {
			return nil, usageError{fmt.Errorf("--dg %d=%s: data group %d is given already, by %s", g.Number, g.Path, g.Number, first)}
		}
		paths[name] = g.Path
	}
	if c.SOD != "" {
		paths[emrtd.FileSOD] = string(c.SOD)
	}
	if c.COM != "" {
		paths[emrtd.FileCOM] = string(c.COM)
	}
	files := make(map[string][]byte, len(paths))
	for name, path := range paths {
		data, err := readBounded(path, emrtd.MaxFile) // a longer one is a finding
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = data
	}
	return files, nil
}
