package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/openbmis/openbmis/cmd/internal/central"
)

// TestMain makes the test binary the programs too: called by their names it is them.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "central":
		os.Exit(central.Main(os.Getenv, os.Stderr))
	case "station":
		fmt.Fprintln(os.Stderr, "no station yet")
		os.Exit(3)
	}
	os.Exit(m.Run())
}
