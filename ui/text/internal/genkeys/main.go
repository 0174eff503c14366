// Command genkeys writes the typed keys of the catalogue, and fails when the catalogue lacks anything in any language.
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
	source, err := c.Source()
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, source, 0o644); err != nil { //nolint:gosec // source code, readable like the rest
		return err
	}
	return errors.Join(c.Check()...)
}
