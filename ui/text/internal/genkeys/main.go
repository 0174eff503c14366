// Command genkeys writes the typed keys of the catalogue. It refuses a catalogue that lacks anything in any language.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/openbmis/openbmis/ui/text/internal/catalogue"
)

func main() {
	if err := run("catalogue", "keys_gen.go"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder, file string) error {
	c, err := catalogue.Read(os.DirFS(folder))
	if err != nil {
		return err
	}
	if faults := c.Check(); len(faults) > 0 {
		return errors.Join(faults...)
	}
	source, err := c.Source()
	if err != nil {
		return err
	}
	return os.WriteFile(file, source, 0o644) //nolint:gosec // source code, readable like the rest
}
